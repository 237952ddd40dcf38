"""Every alert fires, stays silent, says what to do, and counts what is the server's fault."""

import json
import pathlib
import re
import subprocess

import promql_parser as promql
import pytest
import yaml
from conftest import program
from expressions import ROOT, RULES, alerts, dashboard, nodes, rules

TESTS = pathlib.Path(__file__).with_name("alerts_test.yaml")
# Codes that some errors of callers have too; the alerts leave them out.
SHARED = {("locksmith", "key-pair-generation-error"), ("tencent", "RequestLimitExceeded")}


def unit_tests():
    """The (alert, fires) pairs that the unit tests ask for."""
    groups = yaml.safe_load(TESTS.read_text())["tests"]
    asked = [one for group in groups for one in group["alert_rule_test"]]
    return [(one["alertname"], bool(one["exp_alerts"])) for one in asked]


def failed_codes():
    """The regular expression of the codes for which the recorded rule blames the server."""
    recorded = next(rule for rule in rules() if rule.get("record") == "keyglot:requests_failed:rate5m")
    for node in nodes(promql.parse(recorded["expr"])):
        if isinstance(node, promql.VectorSelector):
            return next(one.value for one in node.matchers.matchers if one.name == "code")
    raise AssertionError("the recorded rule selects nothing")


def run_unit_tests(folder, document):
    """The alerts of a rule file that the unit tests do not agree with."""
    changed, tests = folder / "alerts.yaml", folder / "alerts_test.yaml"
    changed.write_text(yaml.safe_dump(document))
    tests.write_text(yaml.safe_dump(yaml.safe_load(TESTS.read_text()) | {"rule_files": [str(changed)]}))
    ran = subprocess.run([program("promtool"), "test", "rules", str(tests)], capture_output=True, text=True)
    said = ran.stdout + ran.stderr
    failed = set(re.findall(r"alertname: (\w+), time", said))
    assert bool(failed) == (ran.returncode != 0), said
    return failed


def test_promtool_accepts_the_rules():
    checked = subprocess.run(
        [program("promtool"), "check", "rules", "--lint-fatal", str(RULES)], capture_output=True, text=True)
    assert checked.returncode == 0, checked


def test_the_unit_tests_agree_with_the_rules(tmp_path):
    assert run_unit_tests(tmp_path, yaml.safe_load(RULES.read_text())) == set()


@pytest.mark.parametrize("name", alerts())
@pytest.mark.parametrize("fires", [True, False], ids=["fires", "silent"])
def test_an_alert_has_a_unit_test_in_which_it(fires, name):
    assert (name, fires) in unit_tests()


@pytest.mark.parametrize("expression", ["vector(0) > 1", "vector(1)"], ids=["never", "always"])
def test_the_unit_tests_see_alerts_that_fire(expression, tmp_path):
    document = yaml.safe_load(RULES.read_text())
    for group in document["groups"]:
        for rule in group["rules"]:
            if "alert" in rule:
                rule["expr"] = expression
    assert run_unit_tests(tmp_path, document) == set(alerts())


@pytest.mark.parametrize("name", alerts())
def test_an_alert_says_what_to_do(name):
    alert = alerts()[name]
    assert alert["labels"]["severity"] in {"critical", "warning", "info"}
    assert alert["for"]
    assert alert["annotations"]["summary"] and alert["annotations"]["description"]
    document, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"^#+ (\w+)$", (ROOT / document).read_text(), re.MULTILINE)
    assert anchor == name.lower()
    assert name in headings


def test_the_codes_are_those_for_which_the_server_takes_the_blame(states):
    pattern, seen = failed_codes(), set()
    for _, log in states.values():
        for line in log.read_text().splitlines():
            entry = json.loads(line)
            if entry.get("message") == "request":
                seen.add((entry["dialect"], entry["error.code"], entry["blame"]))
    for dialect, code, blame in seen:
        blamed = re.fullmatch(pattern, code) is not None
        assert blamed == (blame == "server") or (dialect, code) in SHARED, (dialect, code, blame)
    for dialect in ("locksmith", "nova", "orange", "tencent"):
        assert [one for one in seen if one[0] == dialect and one[2] == "server"], dialect


def test_rules_and_dashboard_name_the_same_codes():
    listed = dashboard()["templating"]["list"]
    assert next(one["query"] for one in listed if one["name"] == "server_codes") == failed_codes()
