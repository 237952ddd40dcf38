"""Lint, the schemas of Kubernetes, and that what is rendered depends on the values alone."""

import functools
import json
import os
import pathlib
import re

import helm_python
import jsonschema
import kubernetes_validate
import pytest
import yaml
from rendering import CHART, CI, LEAST, generator, merged, nested, render

OLDEST, NEWEST = "1.30", "1.37"
ALL = {"least": LEAST, **CI}
# Of the kinds that are not Kubernetes' own, the members that the chart may write, after the references
# of their projects: closed schemas, so that a member in the wrong place is seen.
CUSTOM = json.loads((pathlib.Path(__file__).parent / "custom_resources.json").read_text())
# The package reads megabytes for each object.
kubernetes_validate.utils.schema_contents = functools.cache(kubernetes_validate.utils.schema_contents)

each = pytest.mark.parametrize("name", ALL)


@each
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_lint_is_strict_and_finds_nothing(name, version):
    report = helm_python.lint(CHART, ALL[name], strict=True, kube_version=f"{version}.0")
    assert report["total_charts_linted"] == 1
    assert not report["errors"]
    assert [one["error"] for one in report["messages"]] == ["icon is recommended"]


def test_lint_passes_without_values_too():
    """Whoever looks at the chart lints it bare; only an installation needs accounts."""
    assert not helm_python.lint(CHART, {}, strict=True)["errors"]


@each
def test_an_installation_sends_what_is_rendered(name):
    """`helm install --dry-run=client` checks the release's name and sorts the objects too."""
    with helm_python.Config(namespace="ns") as helm:
        release = helm.install(CHART, "rel", ALL[name], namespace="ns", dry_run="client")

    def by_name(objects):
        return {(one["kind"], one["metadata"]["name"]): one for one in objects}

    rendered = render(ALL[name])
    installed = [one for one in yaml.safe_load_all(release["manifest"]) if one]
    # The tests' pods are hooks, which are not among the objects of a release.
    assert by_name(installed) == by_name(one for one in rendered.objects if one["kind"] != "Pod")
    assert release["notes"].strip() == rendered.notes.strip()


@each
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubernetes_knows_every_member(name, version):
    for one in render(ALL[name]).objects:
        if one["apiVersion"] in CUSTOM:
            jsonschema.validate(one, CUSTOM[one["apiVersion"]][one["kind"]])
        else:
            kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_the_schemas_see_a_wrong_member(version):
    workload = render(LEAST).workload
    workload["spec"]["template"]["spec"]["containers"][0]["imag"] = "x"
    with pytest.raises(kubernetes_validate.ValidationError, match="imag"):
        kubernetes_validate.validate(workload, version, strict=True)
    (monitor,) = render(CI["everything-on"]).all("ServiceMonitor")
    monitor["spec"]["endpoints"][0]["intervall"] = "30s"
    with pytest.raises(jsonschema.ValidationError, match="intervall"):
        jsonschema.validate(monitor, CUSTOM[monitor["apiVersion"]]["ServiceMonitor"])


def test_the_supported_versions_are_what_the_chart_says():
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert about["kubeVersion"] == f">={OLDEST}.0-0"
    assert kubernetes_validate.latest_version() == f"{NEWEST}.0"


def test_everything_on_renders_every_template():
    """The embedded store's own templates apart, which exclude the others."""
    templates = render(CI["everything-on"]).templates
    empty = {pathlib.Path(path).name for path, text in templates.items() if not text.strip()}
    assert empty == {"statefulset.yaml"}
    assert render(CI["redb-statefulset"]).all("StatefulSet")


@each
def test_the_same_values_give_the_same_bytes(name):
    first = render(ALL[name])
    assert first.templates == render(ALL[name]).templates
    upgraded = render(ALL[name], is_install=False, is_upgrade=True, revision=7)
    assert first.templates == upgraded.templates


def test_no_template_draws_or_looks_up():
    """What is drawn anew at each upgrade, or differs without a cluster, has no place here."""
    words = re.compile(r"\b(rand\w+|gen(CA|PrivateKey|SelfSigned|Signed)\w*|uuidv4|now|lookup|htpasswd|bcrypt)\b")
    for path in (CHART / "templates").rglob("*.*"):
        text = re.sub(r"\{\{-? ?/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        for action in re.findall(r"\{\{.*?\}\}", text, re.DOTALL):
            assert not words.search(action), f"{path.name}: {action}"


def test_what_is_generated_is_up_to_date():
    """What brings it up to date: charts/generate.py --binary target/release/keyglot"""
    for path, text in generator().written(os.environ["KEYGLOT_BINARY"]).items():
        assert path.read_text() == text, f"{path.name} is not what charts/generate.py writes"


def test_values_and_schema_have_the_same_leaves():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    leaves = (nested(path, node["default"]) for path, node in generator().rows(schema["properties"]))
    assert values == merged(*leaves)


def test_the_chart_is_of_the_version_of_the_server():
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    cargo = (CHART.parents[1] / "Cargo.toml").read_text()
    assert f'version = "{about["appVersion"]}"' in cargo
