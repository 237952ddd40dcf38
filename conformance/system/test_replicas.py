"""Gateways on one store are one cloud: tokens, revocations and accounts hold on all of them."""

import secrets

import pytest

from conftest import BINARY
from gateway import Gateway

TOKENS = "/identity/v3/auth/tokens"
KEYS = "/compute/v2.1/os-keypairs"
DEMO = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0"
DEMO_PROJECT = "0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"


@pytest.fixture
def replicas(redis, compute, tmp_path):
    """Clients of two gateways on one Redis, with one key to sign tokens by."""
    config = tmp_path / "keyglot.toml"
    config.write_text(
        f"[tokens]\nsigning_key = '{secrets.token_hex(32)}'\n[nova.identity]\nadmin = true\n"
    )
    with Gateway(BINARY, "--store", redis.url, config=config) as one:
        with Gateway(BINARY, "--store", redis.url, config=config) as other:
            yield compute(one), compute(other)


def log_in(client, identity, scope=None):
    """Status and token of a log-in."""
    auth = {"identity": identity} | ({} if scope is None else {"scope": scope})
    status, headers, _ = client.call("POST", TOKENS, {"auth": auth})
    return status, headers.get("X-Subject-Token")


def password(name, secret):
    user = {"name": name, "domain": {"id": "default"}, "password": secret}
    return {"methods": ["password"], "password": {"user": user}}


def status_with(client, token, path=KEYS):
    """What a gateway answers to a token."""
    own, client.token = client.token, token
    try:
        return client.call("GET", path)[0]
    finally:
        client.token = own


def test_a_token_that_one_gateway_revokes_is_refused_by_both(replicas):
    one, other = replicas
    token = one.token
    assert status_with(other, token) == status_with(one, token) == 200
    subject = {"X-Subject-Token": token}
    assert one.call("DELETE", TOKENS, headers=subject)[0] == 204
    assert status_with(other, token) == status_with(one, token) == 401
    assert status_with(other, token, TOKENS) == 401


def test_who_is_made_on_one_gateway_logs_in_on_the_other(replicas):
    one, other = replicas
    _, one.token = log_in(one, password("admin", "keyglot-demo"))
    made = one.call("POST", "/identity/v3/users", {"user": {"name": "new", "password": "s3cret"}})
    assert made[0] == 201
    user = made[2]["user"]["id"]
    _, _, roles = one.call("GET", "/identity/v3/roles?name=member")
    role = roles["roles"][0]["id"]
    grant = f"/identity/v3/projects/{DEMO_PROJECT}/users/{user}/roles/{role}"
    assert one.call("PUT", grant)[0] == 204

    scope = {"project": {"id": DEMO_PROJECT}}
    status, token = log_in(other, password("new", "s3cret"), scope)
    assert status == 201
    assert status_with(one, token) == status_with(other, token) == 200
    assert one.call("DELETE", f"/identity/v3/users/{user}")[0] == 204
    assert status_with(one, token) == status_with(other, token) == 401
    assert log_in(other, password("new", "s3cret"), scope)[0] == 401


def test_an_application_credential_of_one_gateway_logs_in_on_the_other(replicas):
    one, other = replicas
    path = f"/identity/v3/users/{DEMO}/application_credentials"
    status, _, body = one.call("POST", path, {"application_credential": {"name": "ci"}})
    assert status == 201
    made = body["application_credential"]
    identity = {
        "methods": ["application_credential"],
        "application_credential": {"id": made["id"], "secret": made["secret"]},
    }
    status, token = log_in(other, identity)
    assert status == 201
    assert status_with(one, token) == 200
    assert other.call("DELETE", f"{path}/{made['id']}")[0] == 204
    assert status_with(one, token) == status_with(other, token) == 401
    assert log_in(one, identity)[0] == 404
