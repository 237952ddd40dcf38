"""Stores to run the gateway on, and one small client for the Compute dialect."""

import json
import os
import urllib.error
import urllib.request

import pytest
from redis_server import redis  # noqa: F401, a fixture

BINARY = os.environ["KEYGLOT_BINARY"]


@pytest.fixture(params=["memory", "redb", "redis"])
def store(request, tmp_path):
    """The --store argument of each store."""
    if request.param == "memory":
        return "memory"
    if request.param == "redb":
        return f"redb:{tmp_path / 'store'}"
    return request.getfixturevalue("redis").url


class Compute:
    """Logs in with the demo account and makes key pairs."""

    def __init__(self, url: str):
        self.url = url
        body = {"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "demo", "domain": {"id": "default"}, "password": "keyglot-demo"}}},
            "scope": {"project": {"name": "demo", "domain": {"id": "default"}}},
        }}
        status, headers, _ = self.call("POST", "/identity/v3/auth/tokens", body)
        assert status == 201
        self.token = headers["X-Subject-Token"]

    def call(self, method, path, body=None, headers=()):
        """Status, headers and JSON of an answer."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json",
                     **dict(headers)},
        )
        if hasattr(self, "token"):
            request.add_header("X-Auth-Token", self.token)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.headers, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, error.headers, json.loads(error.read() or b"null")

    def create(self, name, **members):
        """Creates or imports a key pair; status and JSON."""
        status, _, body = self.call(
            "POST", "/compute/v2.1/os-keypairs", {"keypair": {"name": name, **members}})
        return status, body

    def names(self):
        """The names of all key pairs."""
        status, _, body = self.call("GET", "/compute/v2.1/os-keypairs")
        assert status == 200
        return [element["keypair"]["name"] for element in body["keypairs"]]


@pytest.fixture
def compute():
    """Makes a client of a gateway."""
    return lambda gateway: Compute(gateway.url)
