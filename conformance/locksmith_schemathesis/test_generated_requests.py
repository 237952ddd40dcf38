"""Requests that are generated from the descriptions, sound ones and damaged ones: whatever is sent,
the answer is one that the description knows."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

if "KEYGLOT_ADMIN" not in os.environ:
    pytest.skip(
        "needs the admin listener too, and KEYGLOT_TARGET names another server",
        allow_module_level=True,
    )

# Left out are checks for habits that this API does not have: it answers 200 to bad requests and to
# methods that a path does not have.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Seven operations take parameters.
EACH = settings(
    max_examples=360,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

api = schemathesis.openapi.from_url(os.environ["KEYGLOT_URL"] + "/openapi/locksmith.json")
admin = schemathesis.openapi.from_url(os.environ["KEYGLOT_ADMIN"] + "/openapi.json")


@api.parametrize()
@EACH
def test_the_api(case):
    # A prime search takes its time.
    case.call_and_validate(checks=CHECKS, timeout=120)


@admin.parametrize()
@settings(EACH, max_examples=20)
def test_the_admin_listener(case):
    case.call_and_validate(checks=CHECKS)
