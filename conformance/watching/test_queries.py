"""Every query of the rules and of the dashboard refers to what gateways show, and to nothing else."""

import re

import promql_parser as promql
import pytest
from expressions import (
    alerts, dashboard, filled_in, grouping, of_dashboard, of_rules, selectors,
)

# What Kubernetes adds to a scraped series, and some other discovery may not.
ADDED_BY_DISCOVERY = {"pod"}


def one_each(expressions):
    """Parameters for pytest."""
    return [pytest.param(each, id=f"{number} {each.place}") for number, each in enumerate(expressions)]


def known_labels(prometheus, name):
    """The label names of a metric's series; none if there are no series."""
    found = prometheus.ask("series", **{"match[]": f'{{__name__="{name}"}}'})["data"]
    return {label for series in found for label in series}


def complaints(prometheus, text):
    """What is wrong with a query."""
    answer = prometheus.ask("query", query=text)
    if answer["status"] != "success":
        return [answer["error"]]
    tree, wrong = promql.parse(text), []
    for name, matched in selectors(tree):
        known = known_labels(prometheus, name)
        if not known:
            wrong.append(f"nothing shows {name}")
        wrong += [f"{name} has no label {label}" for label in sorted(matched - known)]
    for node, named in grouping(tree):
        known = {label for name, _ in selectors(node) for label in known_labels(prometheus, name)}
        wrong += [f"no label {label} to group by" for label in sorted(named - known - ADDED_BY_DISCOVERY)]
    return wrong


@pytest.mark.parametrize("query", one_each(of_rules() + of_dashboard()))
def test_a_query_refers_to_what_is_there(prometheus, query):
    assert complaints(prometheus, query.text) == []


@pytest.mark.parametrize("query", one_each(of_dashboard()))
def test_a_panel_shows_something_and_its_legend_is_filled(prometheus, query):
    shown = prometheus.query(query.text)
    assert shown
    named = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", query.legend))
    for series in shown:
        assert named <= set(series["metric"]), series


@pytest.mark.parametrize("text, complaint", [
    ("sum(rate(keyglot_requests_total[5m])", "unclosed left parenthesis"),
    ("keyglot_tenants", "nothing shows keyglot_tenants"),
    ('keyglot_in_flight{dialect="nova"}', "keyglot_in_flight has no label dialect"),
    ("sum by (tenant) (keyglot_in_flight)", "no label tenant to group by"),
    ("keyglot_in_flight and on (tenant) keyglot_keys_line", "no label tenant to group by"),
    ("absent(absent(sum without (x) (max_over_time(up[1m]))))", "no label x to group by"),
])
def test_the_check_sees_what_is_wrong(prometheus, text, complaint):
    assert any(complaint in found for found in complaints(prometheus, text))


def test_the_dashboard_is_bound_to_no_data_source_of_somebody():
    sources = [panel.get("datasource") for panel in dashboard()["panels"]]
    sources += [target["datasource"] for panel in dashboard()["panels"] for target in panel.get("targets", ())]
    assert {source["uid"] for source in sources if source} == {"${datasource}"}
    assert all(panel["type"] == "row" or panel["datasource"] for panel in dashboard()["panels"])


def test_an_unknown_variable_is_an_error():
    with pytest.raises(KeyError):
        filled_in("up{job=~\"$jobs\"}")


def test_every_alert_of_ours_is_loaded(prometheus):
    groups = prometheus.ask("rules")["data"]["groups"]
    loaded = {rule["name"]: rule for group in groups for rule in group["rules"]}
    assert set(alerts()) <= set(loaded)
    assert {rule["health"] for rule in loaded.values()} <= {"ok", "unknown"}
