"""Creating a key pair, the way the documentation does it."""

import concurrent.futures
import json

import pytest

from conftest import DEFAULT_TYPE

# The request examples of "Create a new Key Pair", as printed.
FIRST_LINE = """curl --header "Content-Type: application/json" --request POST \\
  --data '{"key_pair_id": "OpenVPN Server"}' http://$PKI_SERVER/locksmith/v1/keys"""
SECOND_LINE = """curl --header "Content-Type: application/json" --request POST \\
  --data '{"key_pair_id": "Server Key Pair", "key_store_id": "example-labs"}' http://$PKI_SERVER/locksmith/v1/keys"""

# Its second input example, as printed.
EVERY_FIELD = """{
  "key_pair_id": "Example Labs Load Balancer",
  "key_store_name": "networking",
  "passphrase": "s3cr3t",
  "store_private_key": true
}"""

KEYS = "/locksmith/v1/keys"
KEY = "/locksmith/v1/key"
FORM = ("--header", "Content-Type: application/x-www-form-urlencoded")


def success(key_pair_id, key_store, key_pair):
    """The whole body of a success, byte for byte."""
    answer = {
        "status": "success",
        "errors": [],
        "messages": [
            f"Successfully created Key Pair '{key_pair_id}' in Key Store '{key_store}'!"
        ],
        "key_pair": {k: key_pair[k] for k in ("public_key", "private_key")},
        "key_pair_id": key_pair_id,
    }
    return json.dumps(answer, separators=(",", ":"))


@pytest.mark.parametrize(
    "line, key_pair_id, key_store",
    [
        (FIRST_LINE, "openvpn-server", "default"),
        (SECOND_LINE, "server-key-pair", "example-labs"),
    ],
)
def test_the_documented_lines_work_as_printed(server, halves, line, key_pair_id, key_store):
    body = server.shell(line.replace("curl ", "curl --silent --show-error ", 1))
    key_pair = json.loads(body)["key_pair"]
    assert body == success(key_pair_id, key_store, key_pair)
    assert key_pair["public_key"].startswith(
        "LS0tLS1CRUdJTiBSU0EgUFVCTElDIEtFWS0tLS0tCk1JSUNDZ0tDQWdFQ"
    )
    assert key_pair["private_key"].startswith("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlK")
    halves(key_pair).check()

    again = json.loads(server.shell(line))
    assert again == {
        "status": "key-pair-exists",
        "errors": [f"Key Pair '{key_pair_id}' in Key Store '{key_store}' already exists!"],
        "messages": [],
    }


def test_the_documented_input_with_every_field(server, halves):
    answer = server.curl(KEYS, "--request", "POST", "--data", EVERY_FIELD)
    key_pair = answer.json["key_pair"]
    assert answer.body == success("example-labs-load-balancer", "networking", key_pair)
    halves(key_pair).check()
    query = "?key_pair_id=Example%20Labs%20Load%20Balancer&key_store_id=networking"
    assert server.curl(KEYS + query + "&passphrase=s3cr3t").json["key_pair"] == key_pair
    assert server.curl(KEYS + query + "&passphrase=wrong").status == "private-key-decryption-error"


def test_keys_are_fished_out_with_jq(server):
    line = f"""
        set -e
        curl --silent --request POST --data '{{"key_pair_id": "jq", "key_store_id": "tools"}}' \
          http://$PKI_SERVER{KEY} > answer.json
        test "$(jq -r .status answer.json)" = success
        jq -r .key_pair.private_key answer.json | base64 -d | openssl rsa -modulus -noout
        jq -r .key_pair.public_key answer.json | base64 -d | \
          openssl rsa -RSAPublicKey_in -modulus -noout
        rm answer.json
    """
    private, public = server.shell(line).split()
    assert private == public
    assert len(private.removeprefix("Modulus=")) == 4096 // 4


@pytest.mark.parametrize("path", [KEYS, KEY])
def test_a_body_is_json_whatever_its_type_says(server, path):
    # The acceptance script of the cloud posts JSON with curl's default type.
    name = path.rpartition("/")[2]
    for options in (FORM, ("--http1.0",), ("--header", "Content-Type:")):
        fields = {"key_pair_id": f"{name} {options[-1]}", "key_store_id": "types"}
        answer = server.post(path, fields, *options)
        assert answer.status == "success", answer.body


def test_answers_have_the_headers_of_the_cloud(server):
    created = server.post(KEYS, {"key_pair_id": "headers", "key_store_id": "headers"})
    refused = server.post(KEYS, {"key_pair_id": "headers", "key_store_id": "headers"})
    for answer in (created, refused):
        assert answer.http == 200
        assert set(answer.headers) <= {
            "content-type", "content-length", "transfer-encoding", "date", "connection"
        }
        assert answer.headers["content-type"] == DEFAULT_TYPE


def test_nothing_is_added_that_was_not_there(server):
    asked = ("--header", "Accept-Encoding: gzip, br", "--header", "Origin: http://example.com")
    answer = server.curl("/locksmith/v1/keystores", *asked)
    assert answer.status == "success"
    for header in ("content-encoding", "access-control-allow-origin", "server", "vary"):
        assert header not in answer.headers


def test_reading_the_way_the_documentation_does_it(server):
    fields = {"key_pair_id": "OpenVPN Server", "key_store_id": "documented"}
    created = server.post(KEY, fields | {"store_private_key": True, "passphrase": "s3cr3t"})
    assert created.status == "success"
    place = "--data-urlencode 'key_pair_id=OpenVPN Server' --data-urlencode 'key_store_id=documented'"
    for path in (KEYS, KEY):
        read = json.loads(server.shell(f"curl -s -G {place} http://$PKI_SERVER{path}"))
        assert read["key_pair"] == {"public_key": created.json["key_pair"]["public_key"]}
        both = f"curl -s -G {place} --data-urlencode 'passphrase=s3cr3t' http://$PKI_SERVER{path}"
        assert json.loads(server.shell(both))["key_pair"] == created.json["key_pair"]
    # As printed once: without -G curl sends a body, which nobody reads.
    line = f"curl -s --request GET {place} http://$PKI_SERVER"
    assert json.loads(server.shell(line + KEY))["status"] == "no-key-pair-id"
    listing = json.loads(server.shell(line + KEYS))
    assert "key_pair" not in listing


def test_ids_that_cannot_be_are_told_in_an_envelope(server):
    for fields in ({}, {"key_pair_id": ""}, {"key_pair_id": "!!!"}, {"key_pair_id": 5}):
        answer = server.post(KEYS, fields)
        assert answer.http == 200
        assert answer.body == (
            '{"status":"key-pair-id-missing","errors":["Key Pair ID parameter missing!  '
            'Pass with `key_pair_id`"],"messages":[]}'
        )


def test_one_of_parallel_creates_wins(server):
    fields = {"key_pair_id": "race", "key_store_id": "race"}
    with concurrent.futures.ThreadPoolExecutor(4) as callers:
        answers = list(callers.map(lambda _: server.post(KEYS, fields).status, range(4)))
    assert sorted(answers) == ["key-pair-exists"] * 3 + ["success"]


def test_bodies_beyond_one_mebibyte_are_refused(server, tmp_path):
    body = tmp_path / "body"
    body.write_bytes(b"x" * (1024 * 1024 + 1))
    answer = server.curl(KEYS, "--request", "POST", "--data-binary", f"@{body}")
    assert answer.http == 413
    assert answer.status == "request-too-large"


def test_methods_and_paths_that_are_none(server):
    not_allowed = '{"status":"method-not-allowed","errors":["method not allowed"],"messages":[]}'
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
        answer = server.curl(KEYS, "--request", method)
        assert (answer.http, answer.body) == (200, not_allowed)
        assert "allow" not in answer.headers
    head = server.curl(KEYS, "--head")
    assert (head.http, head.body) == (200, "")
    assert head.headers["content-length"] == "77"
    assert head.headers["content-type"] == DEFAULT_TYPE
    for path in ("/locksmith/v1/keys/", "/locksmith/v2/keys", "/locksmith/v1/roots"):
        answer = server.curl(path)
        assert (answer.http, answer.body) == (404, "404 page not found\n")
        assert answer.headers["content-length"] == "19"
        assert answer.headers["content-type"] == DEFAULT_TYPE
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_service_endpoints(server):
    assert server.curl("/locksmith/healthz").body == "OK"
    assert server.curl("/locksmith/version").body == "Locksmith version: 0.0.1\n"
