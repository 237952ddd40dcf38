"""keyglot.toml: every setting gets there as it was given, and the server takes it."""

import json
import tomllib

import pytest
from rendering import CHART, LEAST, generator, merged, render

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
TEXTS = ['plain', 'with "quotes"', "with 'quotes'", "back\\slash", "line\nline\ttab\r", "<&>", "ü 鍵 🔑", "\x7f\x01\x1f", "", "true", "12", "# no comment"]  # fmt: skip


def sample(node: dict):
    """Something that fits a schema."""
    for word in ("anyOf", "oneOf"):
        if word in node:
            return sample(node[word][0])
    if "const" in node:
        return node["const"]
    kind = node["type"] if isinstance(node["type"], str) else node["type"][0]
    if kind == "object":
        if "properties" not in node:
            return {"a key": ["x"]}
        return {name: sample(inner) for name, inner in node["properties"].items() if not name.endswith("_file")}
    if kind == "array":
        return [sample(node["items"])] * 2
    return {"string": 'text with "quotes"', "integer": node.get("minimum", 0) + 3, "number": 0.25, "boolean": True}[kind]


def test_every_setting_gets_there():
    """All settings at once, of every dialect, and all accounts."""
    config, accounts = (sample(SCHEMA["properties"][name]) for name in ("config", "accounts"))
    assert render({"config": config, "accounts": accounts}).toml == merged(config, accounts)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_text_gets_there_as_it_is(text):
    values = {"config": {"log_filter": text}, "accounts": {"nova": {"users": [{"id": "a", "name": text, "roles": {text: [text]}}]}}}
    toml = render(LEAST, values).toml
    assert toml["log_filter"] == text
    assert toml["nova"]["users"] == values["accounts"]["nova"]["users"]


@pytest.mark.parametrize("number", [0, 1, 65535, 1048576, 4294967295, 9007199254740992])
def test_a_number_stays_whole(number):
    """A values file's numbers are floats for Helm, which writes large ones with an exponent."""
    toml = render(LEAST, {"config": {"limits": {"max_in_flight": number}}}).toml
    assert toml["limits"]["max_in_flight"] == number
    assert isinstance(toml["limits"]["max_in_flight"], int)


def test_null_takes_a_setting_away():
    values = {"config": {"limits": {"max_body_bytes": None}}}
    assert "max_body_bytes" not in render(LEAST, {"config": {"limits": {"max_body_bytes": 5}}}, values).toml.get("limits", {})


def test_a_raw_file_is_not_touched():
    raw = '# mine {{ .Values.image }}\nlog_filter = "warn"\n'
    release = render({"configFile": {"raw": raw}})
    assert release.file("rel-keyglot-config", "keyglot.toml") == raw
    assert tomllib.loads(raw) == release.toml


def test_secrets_decide_whether_it_is_a_secret():
    """Each secret of each account on its own makes keyglot.toml a Secret; their files do not."""
    secret_names = generator().SECRETS
    found = set()

    def walk(node: dict, path: str):
        for name, inner in node.get("properties", {}).items():
            if name in secret_names and "string" in inner.get("type", ()):
                found.add(f"{path}.{name}")
            walk(inner, f"{path}.{name}")
        if isinstance(node.get("items"), dict):
            walk(node["items"], f"{path}[]")

    walk(SCHEMA["properties"]["accounts"], "")
    assert len(found) == 9
    for place in sorted(found):
        *lists, name = place.strip(".").split(".")
        for ending, kind in (("", "Secret"), ("_file", "ConfigMap")):
            accounts: object = whole_entry(place, f"{name}{ending}")
            for step in reversed(lists):
                accounts = {step.removesuffix("[]"): [accounts] if step.endswith("[]") else accounts}
            release = render(LEAST, {"config": {"locksmith": {"auth": "none"}}, "accounts": accounts})
            assert release.find(kind, "-config"), place


def whole_entry(place: str, name: str) -> dict:
    """An account's entry with this secret and what else it must have, no other secret."""
    node = SCHEMA["properties"]["accounts"]
    for step in place.strip(".").split(".")[:-1]:
        node = node["properties"][step.removesuffix("[]")]
        node = node["items"] if step.endswith("[]") else node
    needed = [one["required"][-1] for demand in node.get("allOf", []) for one in [demand["anyOf"][-1]]]
    return {one: "x" for one in needed} | {name: "x"}


def test_the_schema_of_config_leaves_nothing_of_the_charts_own():
    for path in generator().CHARTS_OWN | generator().ACCOUNTS:
        node = SCHEMA["properties"]["config"]
        for step in path.split("."):
            node = node.get("properties", {}).get(step, {})
        assert node == {}, path
