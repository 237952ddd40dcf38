"""How schemathesis is to read answers, and whether it sent as many requests as were asked for."""

import json
import os
import re
import urllib.request

import pytest
import schemathesis

REQUESTS = 2000


@schemathesis.deserializer("text/plain")
def _envelope(_, response):
    """The API calls its JSON text; two endpoints do give text."""
    text = response.content.decode()
    return json.loads(text) if text.startswith("{") else text


def answered(dialect: str) -> int:
    """How many requests the gateway has answered."""
    with urllib.request.urlopen(os.environ["KEYGLOT_ADMIN"] + "/metrics", timeout=20) as answer:
        metrics = answer.read().decode()
    counts = re.findall(rf'^keyglot_requests_total{{dialect="{dialect}".*}} (\d+)$', metrics, re.M)
    return sum(map(int, counts))


@pytest.fixture(scope="session", autouse=True)
def enough():
    yield
    sent = answered("locksmith")
    assert sent >= REQUESTS, f"{sent} requests were sent, not {REQUESTS}"
