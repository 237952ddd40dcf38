"""Every pod, those of the tests too, passes the restricted Pod Security Standard."""

import pytest
from rendering import CI, LEAST, render

ALL = {"least": LEAST, **CI}
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SECCOMP = {"RuntimeDefault", "Localhost"}
CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


def violations(pod: dict) -> list[str]:
    """What the standard's level `restricted` has against a pod's spec."""
    found = []
    context = pod.get("securityContext", {})
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            found.append(name)
    for volume in pod.get("volumes", []):
        if not set(volume) - {"name"} <= VOLUMES:
            found.append(f"volume {volume['name']}")
    if context.get("sysctls"):
        found.append("sysctls")
    for container in (one for kind in CONTAINERS for one in pod.get(kind, [])):
        own = container.get("securityContext", {})
        name = container["name"]
        if own.get("privileged"):
            found.append(f"{name}: privileged")
        if own.get("allowPrivilegeEscalation") is not False:
            found.append(f"{name}: allowPrivilegeEscalation")
        capabilities = own.get("capabilities", {})
        if "ALL" not in capabilities.get("drop", []) or set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
            found.append(f"{name}: capabilities")
        if own.get("procMount", "Default") != "Default":
            found.append(f"{name}: procMount")
        if own.get("runAsNonRoot", context.get("runAsNonRoot")) is not True:
            found.append(f"{name}: runAsNonRoot")
        if own.get("runAsUser", context.get("runAsUser")) == 0:
            found.append(f"{name}: runAsUser")
        if own.get("seccompProfile", context.get("seccompProfile", {})).get("type") not in SECCOMP:
            found.append(f"{name}: seccompProfile")
        if any(port.get("hostPort") for port in container.get("ports", [])):
            found.append(f"{name}: hostPort")
        for one in (own, context):
            if set(one) & {"seLinuxOptions", "windowsOptions", "appArmorProfile"}:
                found.append(f"{name}: not judged here: {sorted(one)}")
    return found


@pytest.mark.parametrize("name", ALL)
def test_every_pod_is_restricted(name):
    release = render(ALL[name])
    assert release.tests
    for pod in release.pods:
        assert violations(pod["spec"]) == []


@pytest.mark.parametrize(
    "values, violation",
    [
        ({"podSecurityContext": {"runAsNonRoot": None}, "securityContext": {"runAsNonRoot": None}}, "keyglot: runAsNonRoot"),
        ({"podSecurityContext": {"runAsUser": 0}}, "keyglot: runAsUser"),
        ({"podSecurityContext": {"seccompProfile": None}}, "keyglot: seccompProfile"),
        ({"securityContext": {"allowPrivilegeEscalation": None}}, "keyglot: allowPrivilegeEscalation"),
        ({"securityContext": {"capabilities": {"drop": []}}}, "keyglot: capabilities"),
        ({"securityContext": {"privileged": True}}, "keyglot: privileged"),
        ({"extraVolumes": [{"name": "x", "hostPath": {"path": "/"}}]}, "volume x"),
        ({"sidecars": [{"name": "x", "image": "x"}]}, "x: capabilities"),
    ],
)
def test_the_judge_sees_a_pod_that_is_not(values, violation):
    assert violation in violations(render(LEAST, values).pod["spec"])


@pytest.mark.parametrize("name", ALL)
def test_pods_run_as_the_image_is_made(name):
    release = render(ALL[name])
    for pod in release.pods:
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        context = spec["securityContext"]
        assert (context["runAsUser"], context["runAsGroup"], context["fsGroup"]) == (65532,) * 3
        own = [one for one in spec["containers"] if one["name"] in ("keyglot", "selftest")]
        assert len(own) == 1
        assert own[0]["securityContext"]["readOnlyRootFilesystem"] is True
        assert own[0]["command"] == ["/keyglot"]
        # No shell is asked for anywhere: the image has none.
        assert "exec" not in str(own[0].get("lifecycle", {})) + str(own[0].get("livenessProbe", {}))
        for mount in own[0]["volumeMounts"]:
            assert mount.get("readOnly") or mount["name"] in ("data", "scratch")
    for account in release.all("ServiceAccount"):
        assert account["automountServiceAccountToken"] is False


@pytest.mark.parametrize("name", ALL)
def test_a_pod_ends_when_its_calls_have(name):
    release = render(ALL[name])
    environment = {one["name"]: one["value"] for one in release.container["env"] if "value" in one}
    sleep = release.container["lifecycle"]["preStop"]["sleep"]["seconds"]
    grace = int(environment["KEYGLOT_SHUTDOWN_GRACE"])
    assert release.pod["spec"]["terminationGracePeriodSeconds"] > sleep + grace


@pytest.mark.parametrize("name", ALL)
def test_the_tests_get_no_key_of_the_server(name):
    """They need accounts; the sealing key, the signing key, Redis and the data are the server's alone."""
    release = render(ALL[name])
    for pod in release.tests:
        assert {one["name"] for one in pod["spec"]["volumes"]} <= {"config", "account-files", "ca"}
        for volume in pod["spec"]["volumes"]:
            if volume["name"] == "ca":
                assert [item["path"] for item in volume["secret"]["items"]] == ["ca.crt"]
        assert "env" not in pod["spec"]["containers"][0]


@pytest.mark.parametrize("name", ALL)
def test_each_dialect_has_a_test_that_is_made_anew(name):
    release = render(ALL[name])
    on = [one for one in ("locksmith", "nova", "orange", "tencent")
          if ALL[name].get("dialects", {}).get(one, {}).get("enabled", True)]  # fmt: skip
    assert [pod["spec"]["containers"][0]["args"][4] for pod in release.tests] == on
    for pod in release.tests:
        annotations = pod["metadata"]["annotations"]
        assert annotations["helm.sh/hook"] == "test"
        assert annotations["helm.sh/hook-delete-policy"] == "before-hook-creation"
        assert pod["spec"]["restartPolicy"] == "Never"
        assert pod["spec"]["containers"][0]["args"][:1] == ["selftest"]
