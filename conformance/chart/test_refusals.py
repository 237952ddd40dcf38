"""What cannot be is refused before anything is installed, with a message that says what to do."""

import json

import pytest
from rendering import CHART, CI, LEAST, merged, refusal, render

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
REDIS = {"store": {"type": "redis", "redis": {"existingSecret": "r"}}}
TOKENS = {"tokens": {"existingSecret": "t"}}
CERTIFICATE = {"tls": {"enabled": True, "certManager": {"enabled": True, "issuerRef": {"name": "i"}}}}


def owned_levels(node: dict, path: str = ""):
    """The paths of all levels whose members the chart knows; `*` is an item of a list."""
    for option in node.get("anyOf", []) + node.get("oneOf", []):
        yield from owned_levels(option, path)
    if "properties" in node:
        yield path, node
        for name, inner in node["properties"].items():
            yield from owned_levels(inner, f"{path}.{name}" if path else name)
    if isinstance(node.get("items"), dict):
        yield from owned_levels(node["items"], f"{path}.*" if path else "*")


LEVELS = sorted({path for path, _ in owned_levels(SCHEMA)})


def test_every_owned_level_is_closed():
    open_levels = {path for path, node in owned_levels(SCHEMA) if node.get("additionalProperties") is not False}
    # `global` belongs to the parent chart too.
    assert open_levels == {"global"}
    assert len(LEVELS) > 60


def test_everything_has_a_description():
    def walk(node):
        for name, inner in node.get("properties", {}).items():
            yield name, inner
            yield from walk(inner)

    for name, node in walk(SCHEMA):
        if "default" in node or "properties" in node:
            assert node.get("description"), name


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "global"])
def test_a_typo_is_refused(level):
    wrong: object = {"typo": "x"}
    for step in reversed(level.split(".") if level else []):
        wrong = [wrong] if step == "*" else {step: wrong}
    text = refusal(LEAST, wrong)
    assert "typo" in text
    assert "values don't meet the specifications of the schema" in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicaCount": "three"}, {"replicaCount": -1}, {"image": {"pullPolicy": "Sometimes"}},
        {"image": {"digest": "sha256:short"}}, {"store": {"type": "postgres"}},
        {"service": {"port": 0}}, {"service": {"type": "ExternalName"}}, {"ingress": {"enabled": "yes"}},
        {"dialects": {"nova": {"port": 70000}}}, {"config": {"log_format": "xml"}},
        {"config": {"limits": {"max_in_flight": "many"}}}, {"config": {"listen": "0.0.0.0:1"}},
        {"config": {"nova": {"users": []}}}, {"config": {"sealing": {"key": "x"}}},
        {"accounts": {"tencent": {"credentials": [{"secret_id": "a", "account": "b"}]}}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_wrong_value_is_refused(wrong):
    assert "values don't meet the specifications of the schema" in refusal(LEAST, wrong)


def test_the_bare_defaults_say_what_is_missing_for_each_dialect():
    text = refusal({})
    for dialect in ("locksmith", "nova", "tencent", "orange"):
        assert f"* {dialect} " in text
        assert f"dialects.{dialect}.enabled=false" in text


ACCOUNTS = {
    "locksmith": ({"locksmith": {"token": "t"}}, {"locksmith": {"auth": "none"}}),
    "nova": ({"nova": {"users": [{"id": "a", "name": "n"}]}}, {"nova": {"auth": "none"}}),
    "tencent": ({"tencent": {"credentials": [{"secret_id": "a", "secret_key": "k", "account": "b"}]}},
                {"tencent": {"auth": "off"}}),
    "orange": ({"orange": {"auth": {"tokens": [{"token": "t", "name": "n"}]}}}, {"orange": {"auth": {"mode": "none"}}}),
}  # fmt: skip


@pytest.mark.parametrize("dialect", ACCOUNTS)
def test_a_dialect_without_accounts_is_refused(dialect):
    only = {"dialects": {name: {"enabled": name == dialect} for name in ACCOUNTS}}
    text = refusal(only)
    assert f"* {dialect} " in text
    assert text.count("\n* ") == 1
    accounts, open_to_all = ACCOUNTS[dialect]
    assert render(only, {"accounts": accounts}).workload
    assert render(only, {"config": open_to_all}).workload
    assert render(only, {"configFile": {"existingSecret": "mine"}}).workload
    demo = {"config": {"allow_demo_accounts": True}}
    if dialect == "locksmith":  # It has no demo accounts.
        assert "locksmith asks for no credential" in refusal(only, demo)
    else:
        assert render(only, demo).workload
    assert "no dialect is switched on" in refusal({"dialects": {name: {"enabled": False} for name in ACCOUNTS}})


@pytest.mark.parametrize(
    "values, words",
    [
        ({"replicaCount": 3}, "replicaCount=3 needs a store that replicas share: store.type=memory"),
        ({"replicaCount": 3, "store": {"type": "redb"}}, "replicaCount=3 needs a store that replicas share: store.type=redb"),
        ({"autoscaling": {"enabled": True}}, "autoscaling.enabled needs a store that replicas share"),
        (merged(REDIS, {"replicaCount": 2}), "replicaCount=2 with nova needs one token signing key"),
        (merged(REDIS, {"autoscaling": {"enabled": True}}), "autoscaling.enabled with nova needs one token signing key"),
        ({"store": {"type": "redis"}}, "store.type=redis needs store.redis.existingSecret"),
        (merged(REDIS, {"store": {"redis": {"url": "redis://h:1/0"}}}), "store.redis.existingSecret and store.redis.url are both given"),
        ({"store": {"redis": {"url": "redis://h:1/0"}}}, "store.redis is given but store.type is memory"),
        ({"sealing": {"key": "k", "existingSecret": "s"}}, "sealing.existingSecret and sealing.key"),
        ({"sealing": {"olderKeys": ["k"]}}, "sealing.olderKeys needs sealing.key"),
        ({"sealing": {"existingSecretOlderKeys": ["k"]}}, "needs sealing.existingSecret"),
        ({"tokens": {"signingKey": "k", "existingSecret": "s"}}, "tokens.existingSecret and tokens.signingKey"),
        ({"configFile": {"raw": "x = 1"}}, "config and accounts must be empty"),
        ({"tls": {"enabled": True}}, "tls.enabled needs tls.existingSecret or tls.certManager.enabled"),
        (merged(CERTIFICATE, {"tls": {"existingSecret": "s"}}), "tls.existingSecret and tls.certManager"),
        (merged(CERTIFICATE, {"tls": {"certManager": {"issuerRef": {"name": ""}}}}), "tls.certManager needs issuerRef.name"),
        ({"metrics": {"serviceMonitor": {"enabled": True}}, "adminService": {"enabled": False}}, "set adminService.enabled=true"),
        ({"httpRoute": {"enabled": True}}, "httpRoute needs parentRefs"),
        ({"ingress": {"enabled": True}}, "ingress needs hosts"),
        ({"dialects": {"nova": {"port": 9090}}}, "dialects.nova.port: 9090 is the port of admin"),
        ({"dialects": {"nova": {"port": 8081}, "orange": {"port": 8081}}}, "dialects.orange.port: 8081 is the port of nova"),
        ({"fullnameOverride": "9lives"}, "9lives cannot name a Service"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_what_does_not_go_together_is_refused(values, words):
    text = refusal(LEAST, values)
    assert words in text
    assert text.count("\n* ") == 1, text


def test_several_replicas_are_fine_with_redis_and_a_signing_key():
    assert render(LEAST, REDIS, TOKENS, {"replicaCount": 3}).workload["spec"]["replicas"] == 3
    assert render(LEAST, REDIS, {"replicaCount": 3, "dialects": {"nova": {"enabled": False}}}).workload
    assert render(LEAST, REDIS, {"replicaCount": 3, "config": {"nova": {"auth": "none"}}}).workload


def test_all_problems_are_said_at_once():
    text = refusal({"replicaCount": 2, "tls": {"enabled": True}})
    assert text.count("\n* ") == 6
    assert "configFile.existingSecret and configFile.raw" in refusal({"configFile": {"raw": "x = 1", "existingSecret": "s"}})


def test_no_value_has_a_secret_for_a_default():
    assert not render(LEAST).all("Secret")
    for path in ("sealing.key", "tokens.signingKey", "store.redis.url", "configFile.raw", "accounts"):
        node = SCHEMA
        for step in path.split("."):
            node = node["properties"][step]
        assert not node["default"], path


@pytest.mark.parametrize("name", ["existing-secrets", "account-files"])
def test_with_existing_secrets_none_is_rendered(name):
    release = render(CI[name])
    assert not release.all("Secret")
    if name == "existing-secrets":
        assert not release.all("ConfigMap")
        assert not release.all("Certificate")


def test_a_secret_in_the_values_reaches_no_configmap_and_no_pod():
    """Neither the chart's own Secret's values nor an account's show anywhere but in Secrets."""
    secrets = ("ci-locksmith-token", "ci-nova-password", "ci-tencent-key", "ci-orange-token",
               "ci-redis-password", "4f1d6a0c8e2b", "0a1d6a0c8e2b", "5b1d6a0c8e2b")  # fmt: skip
    given = set()
    for name, values in CI.items():
        release = render(values)
        text = json.dumps([one for one in release.objects if one["kind"] != "Secret"])
        for secret in secrets:
            assert secret not in text, f"{name}: {secret}"
            assert secret not in release.notes, f"{name}: {secret}"
            if secret in json.dumps(values):
                given.add(secret)
    assert given == set(secrets)
