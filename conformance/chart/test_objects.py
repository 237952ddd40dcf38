"""Names, and that objects find each other and nobody else's."""

import json
import re

import pytest
from rendering import CI, LEAST, merged, render

ALL = {"least": LEAST, **CI}
LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")  # DNS-1035, which a Service needs
SUBDOMAIN = re.compile(r"[a-z0-9]([-.a-z0-9]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
LONG = "a" + "b" * 51  # one less than the longest release that Helm takes
CALLED = {
    "short": ("r", {}),
    "like the chart": ("keyglot", {}),
    "long": (f"{LONG}c", {}),
    "with dots": ("rel.v1", {}),
    "long name": ("r", {"nameOverride": "n" * 63}),
    "long fullname": ("r", {"fullnameOverride": "f" * 60}),
    "long fullname with hyphens": ("r", {"fullnameOverride": "-".join("f" * 40)}),
    "sixty": ("x" * 60, {}),
}


@pytest.mark.parametrize("called", CALLED)
@pytest.mark.parametrize("name", ["everything-on", "redb-statefulset"])
def test_names_are_valid_and_short_enough(name, called):
    release_name, values = CALLED[called]
    # Objects of the operator's own are the operator's to name.
    release = render(ALL[name], {"extraObjects": []}, values, name=release_name)
    seen = set()
    for one in release.objects:
        metadata = one["metadata"]
        assert LABEL.fullmatch(metadata["name"]), metadata["name"]
        identity = (one["kind"], metadata.get("namespace"), metadata["name"])
        assert identity not in seen
        seen.add(identity)
        for value in metadata.get("labels", {}).values():
            assert LABEL_VALUE.fullmatch(value) and len(value) <= 63, value
    if release.workload["kind"] == "StatefulSet":
        # Its pods carry the label controller-revision-hash: the name, a hyphen, ten digits.
        assert len(release.name) <= 52
    for port in release.container["ports"]:
        assert len(port["name"]) <= 15


PAIRS = {
    "ordinary": ("one", "two"),
    "one in the other": ("a", "a-keyglot"),
    "like the chart": ("keyglot", "keyglot-keyglot"),
    "endings": ("keyglot", "keyglot-admin"),
    "long, the same beginning": (f"{LONG}x", f"{LONG}y"),
    "dot and hyphen": ("rel.v1", "rel-v1"),
}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("name", ["everything-on", "redb-statefulset"])
def test_two_releases_in_a_namespace_do_not_collide(name, pair):
    values = merged(ALL[name], {"extraObjects": []})
    one, other = (render(values, name=release) for release in PAIRS[pair])
    names = [{(each["kind"], each["metadata"]["name"]) for each in release.objects} for release in (one, other)]
    assert not names[0] & names[1]
    for mine, theirs in ((one, other), (other, one)):
        for selector in selectors(mine):
            for pod in theirs.pods:
                assert not selects(selector, pod["metadata"]["labels"])
        for monitor in mine.all("ServiceMonitor"):
            wanted = monitor["spec"]["selector"]["matchLabels"]
            assert not [each for each in theirs.all("Service") if selects(wanted, each["metadata"]["labels"])]


def selects(selector: dict, labels: dict) -> bool:
    """Whether labels have all that a selector asks for."""
    return selector.items() <= labels.items()


def selectors(release):
    """Everything by which the release picks pods."""
    yield release.workload["spec"]["selector"]["matchLabels"]
    for service in release.all("Service"):
        yield service["spec"]["selector"]
    for kind, member in (("NetworkPolicy", "podSelector"), ("PodDisruptionBudget", "selector")):
        for one in release.all(kind):
            yield one["spec"][member]["matchLabels"]


@pytest.mark.parametrize("name", ALL)
def test_selectors_pick_the_server_and_no_test(name):
    release = render(ALL[name])
    found = list(selectors(release))
    assert len(found) >= 3
    for selector in found:
        assert selects(selector, release.pod["metadata"]["labels"])
        assert not [pod for pod in release.tests if selects(selector, pod["metadata"]["labels"])]


@pytest.mark.parametrize("name", ALL)
def test_selectors_do_not_change_with_a_version_or_a_label(name):
    """A selector cannot be changed by an upgrade."""
    changed = {"commonLabels": {"app.kubernetes.io/name": "x", "more": "y"}, "podLabels": {"app.kubernetes.io/instance": "x"}}
    before, after = render(ALL[name]), render(ALL[name], changed, {"image": {"tag": "v9"}})
    assert list(selectors(before)) == list(selectors(after))
    assert selects(next(selectors(after)), after.pod["metadata"]["labels"])
    if after.workload["kind"] == "StatefulSet":
        assert before.workload["spec"]["volumeClaimTemplates"] == after.workload["spec"]["volumeClaimTemplates"]


@pytest.mark.parametrize("name", ALL)
def test_objects_find_each_other(name):
    release = render(ALL[name])
    services = {one["metadata"]["name"]: one["spec"] for one in release.all("Service")}
    ports = {one["name"] for one in release.container["ports"]}
    for spec in services.values():
        assert {port["targetPort"] for port in spec["ports"]} <= ports
    for ingress in release.all("Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                assert backend["port"]["name"] in {port["name"] for port in services[backend["name"]]["ports"]}
    for route in release.all("HTTPRoute"):
        for backend in route["spec"]["rules"][0]["backendRefs"]:
            assert backend["port"] in {port["port"] for port in services[backend["name"]]["ports"]}
    for scaler in release.all("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        assert (target["kind"], target["name"]) == (release.workload["kind"], release.name)
    for monitor in release.all("ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"]
        picked = [one for one in release.all("Service") if selects(wanted, one["metadata"]["labels"])]
        assert [one["metadata"]["name"] for one in picked] == [f"{release.name}-admin"]
    if release.workload["kind"] == "StatefulSet":
        assert services[release.workload["spec"]["serviceName"]]["clusterIP"] == "None"
    for pod in release.pods:
        volumes = {one["name"] for one in pod["spec"]["volumes"]}
        if release.all("StatefulSet"):
            volumes.add("data")
        for container in pod["spec"]["containers"]:
            assert {one["name"] for one in container.get("volumeMounts", [])} <= volumes
            paths = [one["mountPath"] for one in container.get("volumeMounts", [])]
            # A mount inside another that is read-only cannot be made by every runtime.
            for path in paths:
                assert not [one for one in paths if one.startswith(f"{path}/")]


@pytest.mark.parametrize("name", ALL)
def test_the_admin_port_is_apart(name):
    """It asks for no credential: one ClusterIP Service, no Ingress, no HTTPRoute."""
    release = render(ALL[name])
    reached = [one for one in release.all("Service") if "admin" in {port["targetPort"] for port in one["spec"]["ports"]}]
    assert [(one["metadata"]["name"], one["spec"]["type"]) for one in reached] == [(f"{release.name}-admin", "ClusterIP")]
    for kind in ("Ingress", "HTTPRoute"):
        assert "admin" not in json.dumps([one["spec"] for one in release.all(kind)])
    without = render(ALL[name], {"adminService": {"enabled": False}, "metrics": {"serviceMonitor": {"enabled": False}}})
    assert not [one for one in without.all("Service") if "admin" in json.dumps(one["spec"])]
    # The probes ask the pod itself.
    assert without.container["readinessProbe"]["httpGet"]["port"] == "admin"


def test_the_policy_lets_the_tests_in_and_nobody_to_the_admin_port():
    closed = render(LEAST, {"networkPolicy": {"enabled": True, "httpFrom": [{"podSelector": {"matchLabels": {"a": "b"}}}]}})
    (policy,) = closed.all("NetworkPolicy")
    (rule,) = policy["spec"]["ingress"]
    assert {"port": "admin"} not in rule["ports"]
    allowed = [peer["podSelector"]["matchLabels"] for peer in rule["from"]]
    for pod in closed.tests:
        assert any(selects(one, pod["metadata"]["labels"]) for one in allowed)
    assert not any(selects(one, {"c": "d"}) for one in allowed)


def differences(before, after) -> set[str]:
    """The objects that differ."""
    by_name = [{f"{one['kind']}/{one['metadata']['name']}": one for one in release.objects} for release in (before, after)]
    assert by_name[0].keys() == by_name[1].keys()
    return {name for name, one in by_name[0].items() if by_name[1][name] != one}


@pytest.mark.parametrize("name", [name for name in ALL if name != "existing-secrets"])
def test_a_change_of_the_config_alone_rolls_the_pods(name):
    change = {"config": {"limits": {"max_in_flight": 5}}}
    if "configFile" in ALL[name]:
        change = {"configFile": {"raw": ALL[name]["configFile"]["raw"] + "[limits]\nmax_in_flight = 5\n"}}
    before, after = render(ALL[name]), render(ALL[name], change, is_install=False, is_upgrade=True)
    kind = "ConfigMap" if before.find("ConfigMap", "-config") else "Secret"
    assert differences(before, after) == {f"{kind}/rel-keyglot-config", f"{before.workload['kind']}/rel-keyglot"}
    for release in (before, after):
        release.pod["metadata"]["annotations"].pop("checksum/config")
    assert before.workload == after.workload


@pytest.mark.parametrize(
    "change",
    [{"sealing": {"key": "other"}}, {"tokens": {"signingKey": "other"}}, {"store": {"redis": {"url": "redis://other:1/0"}}}],
    ids=json.dumps,
)
def test_a_change_of_a_given_secret_rolls_the_pods(change):
    before, after = render(ALL["everything-on"]), render(ALL["everything-on"], change)
    assert differences(before, after) == {"Secret/rel-keyglot", "Deployment/rel-keyglot"}
    annotations = [release.pod["metadata"]["annotations"]["checksum/secrets"] for release in (before, after)]
    assert annotations[0] != annotations[1]


def test_a_change_of_something_else_does_not_roll_the_pods():
    before = render(ALL["everything-on"])
    after = render(ALL["everything-on"], {"ingress": {"className": "other"}, "service": {"annotations": {"x": "y"}}})
    assert differences(before, after) == {"Ingress/rel-keyglot", "Service/rel-keyglot"}


def test_a_namespace_is_never_the_one_of_the_charts_author():
    for one in render(ALL["everything-on"], {"extraObjects": []}, namespace="elsewhere").objects:
        assert one["metadata"]["namespace"] == "elsewhere"
        assert SUBDOMAIN.fullmatch(one["metadata"]["name"])
