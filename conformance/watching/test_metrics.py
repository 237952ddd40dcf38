"""What /metrics shows: in order, complete, and nothing of tenants."""

import subprocess
import urllib.request

import pytest
from conftest import program
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

# The names that operators rely on, with their labels.
PROMISED = {
    "keyglot_requests": ("counter", {"dialect", "operation", "code"}),
    "keyglot_request_seconds": ("histogram", {"dialect", "operation"}),
    "keyglot_generate_seconds": ("histogram", {"algorithm", "bits"}),
    "keyglot_store_seconds": ("histogram", {"backend", "op"}),
    "keyglot_in_flight": ("gauge", set()),
    "keyglot_rate_limited": ("counter", {"dialect", "class"}),
}
DIALECTS = {"locksmith", "nova", "orange", "tencent"}
TENANT_LABELS = {"tenant", "project", "user", "account", "domain", "realm", "owner"}
# Of the demo accounts and of the key pairs that the traffic makes.
TENANT_VALUES = [
    "demo", "0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d", "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0",
    "3fa85f64-5717-4562-b3fc-2c963f66afa6", "AKID", "watched",
]


@pytest.fixture(scope="session")
def shown(admin):
    """The metric families of a gateway at work, by the strict parser of OpenMetrics."""
    with urllib.request.urlopen(admin + "/metrics", timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        text = answer.read().decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def labels(family):
    """The label names of a family, without a histogram's own."""
    return {name for sample in family.samples for name in sample.labels} - {"le"}


class Shown:
    """Families as a collector, to be written in the other format."""

    def __init__(self, families):
        self._families = families

    def collect(self):
        return self._families


def test_promtool_finds_nothing_to_mend(shown):
    # promtool reads the older text format only.
    registry = CollectorRegistry()
    registry.register(Shown(shown.values()))
    checked = subprocess.run(
        [program("promtool"), "check", "metrics"], input=generate_latest(registry), capture_output=True)
    assert checked.returncode == 0, checked
    assert not checked.stdout + checked.stderr


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_metric_is_there_with_its_labels(shown, name):
    kind, promised = PROMISED[name]
    assert shown[name].type == kind
    assert shown[name].samples
    assert labels(shown[name]) == promised


@pytest.mark.parametrize("name", ["keyglot_requests", "keyglot_request_seconds"])
def test_every_dialect_is_counted(shown, name):
    assert {sample.labels["dialect"] for sample in shown[name].samples} == DIALECTS


def test_no_label_says_who_called(shown):
    for family in shown.values():
        assert not labels(family) & TENANT_LABELS, family.name
        for sample in family.samples:
            for value in sample.labels.values():
                assert not [known for known in TENANT_VALUES if known in value], sample
