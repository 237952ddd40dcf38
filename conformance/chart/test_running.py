"""The pods' command lines really run: the server's with its rendered configuration, then those of
`helm test` against it, and the calls that the notes show."""

import json
import os
import re
import urllib.error
import urllib.request

import pytest
from programs import run
from rendering import CI, render
from running import Node

WHOLE_FILE = """
[locksmith]
token = "ci-locksmith-token"
[nova]
projects = [{ id = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", name = "ci" }]
users = [{ id = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", name = "ci", password = "ci-nova-password",
           default_project = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
           roles = { 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a = ["member"] } }]
[tencent]
credentials = [{ secret_id = "AKIDci", secret_key = "ci-tencent-key", account = "ci" }]
[orange.auth]
tokens = [{ token = "ci-orange-token", name = "ci" }]
"""
# What the notes say is the reader's own.
READERS = {
    "LOCKSMITH_TOKEN": "ci-locksmith-token", "NOVA_USER": "ci", "NOVA_PASSWORD": "ci-nova-password",
    "TENCENT_ID": "AKIDci", "TENCENT_KEY": "ci-tencent-key", "ORANGE_TOKEN": "ci-orange-token",
}  # fmt: skip


def certificate(folder) -> dict[str, str]:
    """A Secret of type kubernetes.io/tls as cert-manager makes it of a private authority."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    made = {name: folder / name for name in ("ca.crt", "ca.key", "tls.crt", "tls.key")}
    run("openssl", "req", "-x509", *key, "-subj", "/CN=ci authority", "-out", made["ca.crt"], "-keyout", made["ca.key"])
    run("openssl", "req", "-x509", *key, "-subj", "/CN=localhost", "-out", made["tls.crt"], "-keyout", made["tls.key"],
        "-CA", made["ca.crt"], "-CAkey", made["ca.key"], "-addext", "subjectAltName=DNS:localhost",
        "-addext", "basicConstraints=critical,CA:FALSE")  # fmt: skip
    return {name: file.read_text() for name, file in made.items() if name != "ca.key"}


@pytest.fixture
def node(request, redis, tmp_path):
    """Where the pods of a release with a ci file's values run; the server is not started yet."""
    values = CI[request.param]
    # A store's URL in the values leads to the Redis of this machine.
    own_url = {"store": {"redis": {"url": redis.url}}} if values.get("store", {}).get("redis", {}).get("url") else {}
    pair = certificate(tmp_path)
    secrets = {
        "keyglot-redis": {"url": redis.url},
        "keyglot-config": {"keyglot.toml": WHOLE_FILE},
        "keyglot-sealing": {"key": "1f" * 31 + "a0", "older-2025": "2f" * 31 + "a0", "older-2024": "3f" * 31 + "a0"},
        "keyglot-tokens": {"signing-key": "4f" * 31 + "a0"},
        "keyglot-accounts": {
            "locksmith-token": "ci-locksmith-token\n", "locksmith-second": "ci-locksmith-second",
            "nova-password": "ci-nova-password", "tencent-key": "ci-tencent-key", "orange-token": "ci-orange-token",
        },
        "keyglot-tls": pair,
        "rel-keyglot-tls": pair,
    }  # fmt: skip
    (tmp_path / "node").mkdir()
    node = Node(render(values, own_url), tmp_path / "node", secrets)
    yield node
    if node.process is not None:
        assert node.stop() == 0, node.log()


each = pytest.mark.parametrize("node", CI, indirect=True)


@each
def test_the_server_takes_its_configuration(node):
    assert node.check() == ""


@each
def test_the_pods_run_and_the_release_passes_its_tests(node):
    node.start()
    assert node.release.tests
    for pod in node.release.tests:
        ran = node.selftest(pod)
        assert ran.returncode == 0, f"{ran.args}\n{ran.stdout}{ran.stderr}\n{node.log()}"
        dialect = pod["spec"]["containers"][0]["args"][4]
        assert dialect in ran.stdout


def shown_calls(notes: str) -> dict[str, str]:
    """The calls that the notes show, by their dialect."""
    blocks = [block for block in notes.split("\n\n") if "curl" in block and block.startswith("# ")]
    return {re.match(r"# (\w+)", block)[1].lower(): block for block in blocks}


@each
def test_the_calls_of_the_notes_work(node):
    """Each makes a key pair. The address apart, which only a cluster has, they run as they are shown."""
    node.start()
    calls = shown_calls(node.release.notes)
    tested = {pod["spec"]["containers"][0]["args"][4] for pod in node.release.tests}
    assert set(calls) == tested
    secured = "KEYGLOT_TLS__KEY_FILE" in {one["name"] for one in node.release.container["env"]}
    url = f"{'https' if secured else 'http'}://localhost:{node.port(8080)}"
    for dialect, call in calls.items():
        if secured:
            call = re.sub(r"\bcurl( --insecure)?", "curl --insecure", call)
        shell = ("bash", "-euo", "pipefail", "-c", call)
        answer = run(*shell, env={**os.environ, **READERS, "URL": url})
        assert private_key(dialect, json.loads(answer)), f"{dialect}: {answer}"


def private_key(dialect: str, answer: dict) -> str | None:
    """The private key in the answer to a create."""
    if dialect == "locksmith":
        return answer.get("key_pair", {}).get("private_key")
    if dialect == "nova":
        return answer.get("keypair", {}).get("private_key")
    if dialect == "tencent":
        return answer.get("Response", answer).get("KeyPair", {}).get("PrivateKey")
    return answer.get("privateKey")


@pytest.mark.parametrize("node", ["one-dialect"], indirect=True)
def test_a_port_of_a_dialects_own_answers(node):
    node.start()
    with urllib.request.urlopen(f"http://localhost:{node.port(8774)}/") as answer:
        assert "v2.1" in answer.read().decode()


@pytest.mark.parametrize("node", ["one-dialect"], indirect=True)
def test_a_dialect_that_is_switched_off_is_not_served(node):
    node.start()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://localhost:{node.port(8080)}/locksmith/v1/keys")
    assert refused.value.code == 404


@pytest.mark.parametrize("node", ["one-dialect"], indirect=True)
def test_a_test_fails_where_the_server_is_away(node):
    """The pod that says so, not only the one that passes."""
    node.start()
    node.stop()
    (pod,) = node.release.tests
    assert node.selftest(pod).returncode == 1


@pytest.mark.parametrize("name", ["redb-statefulset"])
def test_the_embedded_store_survives_the_pod(name, tmp_path):
    release = render(CI[name])
    node = Node(release, tmp_path, {})
    node.start()
    try:
        call = shown_calls(release.notes)["locksmith"]
        url = {"URL": f"http://localhost:{node.port(8080)}"}
        made = json.loads(run("bash", "-euo", "pipefail", "-c", call, env={**os.environ, **url}))
        assert node.stop() == 0
        node.start()
        again = run("bash", "-euo", "pipefail", "-c", call, env={**os.environ, **url})
        assert made["key_pair"] and "key_pair" not in json.loads(again)
    finally:
        node.stop()
