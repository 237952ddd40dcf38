"""The queries of the rules and of the dashboard, and what they refer to."""

import json
import pathlib
import re
import typing

import promql_parser as promql
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ROOT / "charts" / "keyglot" / "files"
RULES = FILES / "alerts.yaml"
DASHBOARD = FILES / "dashboard.json"


class Expression(typing.NamedTuple):
    """A query and where it stands."""

    place: str
    text: str
    legend: str = ""


def rules():
    """All rules, as they stand."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts():
    """The alerts, by name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def dashboard():
    """The dashboard, as it stands."""
    return json.loads(DASHBOARD.read_text())


def of_rules():
    """The rules' queries."""
    return [Expression(rule.get("alert") or rule["record"], rule["expr"]) for rule in rules()]


def variables():
    """What the dashboard's variables stand for when everything is shown."""
    values = {"__rate_interval": "1m"}
    for one in dashboard()["templating"]["list"]:
        values[one["name"]] = one["query"] if one["type"] == "constant" else one.get("allValue", "")
    return values


def filled_in(text):
    """A query of the dashboard with its variables replaced. An unknown variable is an error."""
    values = variables()
    return re.sub(r"\$(\w+)", lambda found: values[found[1]], text)


def of_dashboard():
    """The queries of its panels and variables."""
    found = [
        Expression(panel["title"], filled_in(target["expr"]), target["legendFormat"])
        for panel in dashboard()["panels"]
        for target in panel.get("targets", ())
    ]
    for one in dashboard()["templating"]["list"]:
        if one["type"] == "query":
            selector, label = re.fullmatch(r"label_values\((.+), (\w+)\)", one["query"]["query"]).groups()
            text = f"count by ({label}) ({filled_in(selector)})"
            found.append(Expression(f"variable {one['name']}", text))
    return found


def nodes(node):
    """All nodes of a query's tree."""
    yield node
    if isinstance(node, promql.Call):
        inner = list(node.args)
    elif isinstance(node, promql.BinaryExpr):
        inner = [node.lhs, node.rhs]
    elif isinstance(node, promql.MatrixSelector):
        inner = [node.vector_selector]
    elif isinstance(node, (promql.AggregateExpr, promql.ParenExpr, promql.UnaryExpr, promql.SubqueryExpr)):
        inner = [node.expr] + [each for each in [getattr(node, "param", None)] if each is not None]
    elif isinstance(node, (promql.VectorSelector, promql.NumberLiteral, promql.StringLiteral)):
        inner = []
    else:
        raise AssertionError(f"a query holds something new: {node!r}")
    for each in inner:
        yield from nodes(each)


def selectors(node):
    """Name and matched labels of every selector in a tree."""
    for each in nodes(node):
        if isinstance(each, promql.VectorSelector):
            assert not each.matchers.or_matchers, "this check knows no `or` between matchers"
            yield each.name, {matcher.name for matcher in each.matchers.matchers}


def grouping(node):
    """Every node that names labels to group or to join by, and these labels."""
    for each in nodes(node):
        modifier = getattr(each, "modifier", None)
        if isinstance(each, promql.AggregateExpr) and modifier is not None:
            yield each, set(modifier.labels)
        elif isinstance(each, promql.BinaryExpr) and modifier is not None and modifier.matching:
            yield each, set(modifier.matching.labels)
            yield each, set(modifier.group_labels or ())
