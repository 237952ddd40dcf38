"""The clients of Locksmith's API are curl and jq; keys are judged by OpenSSL and OpenSSH."""

import base64
import dataclasses
import json
import os
import pathlib
import subprocess

import pytest

from gateway import Gateway
from programs import run

DEFAULT_TYPE = "text/plain; charset=utf-8"


@dataclasses.dataclass
class Answer:
    """What curl got."""

    http: int
    headers: dict[str, str]
    body: str

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def status(self):
        return self.json["status"]


class Server:
    """A server of the API, as `curl` in a shell sees it."""

    def __init__(self, url: str):
        self.url = url
        self.address = url.partition("://")[2]

    def shell(self, line: str) -> str:
        """What a line prints that stands in the documentation with `$PKI_SERVER` in it."""
        environment = {**os.environ, "PKI_SERVER": self.address}
        ran = subprocess.run(
            ["sh", "-c", line], env=environment, capture_output=True, text=True, timeout=120
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def curl(self, path: str, *options: str) -> Answer:
        """Calls a path of the API with curl."""
        command = ["curl", "--silent", "--show-error", "--include", *options, self.url + path]
        ran = subprocess.run(command, capture_output=True, timeout=120)
        assert ran.returncode == 0, ran.stderr
        head, _, body = ran.stdout.partition(b"\r\n\r\n")
        while head.split()[1].startswith(b"1"):  # curl asks before it sends a long body
            head, _, body = body.partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return Answer(int(first.split()[1]), headers, body.decode("utf-8"))

    def post(self, path: str, fields: dict, *options: str) -> Answer:
        """Posts JSON the way the documentation does it."""
        json_type = ("--header", "Content-Type: application/json")
        data = ("--request", "POST", "--data", json.dumps(fields))
        return self.curl(path, *(options or json_type), *data)


class Halves:
    """A key pair of an answer, judged by other programs."""

    def __init__(self, folder: pathlib.Path, key_pair: dict[str, str]):
        self.public_pem = base64.b64decode(key_pair["public_key"], validate=True)
        self.private_pem = base64.b64decode(key_pair["private_key"], validate=True)
        self.public = folder / "rsa.pub.pem"
        self.private = folder / "rsa.priv.pem"
        self.public.write_bytes(self.public_pem)
        self.private.touch(mode=0o600)
        self.private.write_bytes(self.private_pem)

    def check(self):
        """Both halves are of the documented form and size and belong together."""
        assert self.public_pem.startswith(b"-----BEGIN RSA PUBLIC KEY-----\n")
        assert self.public_pem.endswith(b"\n-----END RSA PUBLIC KEY-----\n")
        assert len(self.public_pem) == 775
        assert self.private_pem.startswith(b"-----BEGIN RSA PRIVATE KEY-----\n")
        assert self.private_pem.endswith(b"\n-----END RSA PRIVATE KEY-----\n")
        for pem in (self.public_pem, self.private_pem):
            assert all(len(line) <= 64 for line in pem.splitlines())
        public = ["openssl", "rsa", "-RSAPublicKey_in", "-in", self.public]
        private = ["openssl", "rsa", "-in", self.private]
        assert "RSA key ok" in run(*private, "-check", "-noout")
        assert "4096 bit" in run(*public, "-text", "-noout")
        assert "4096 bit" in run(*private, "-text", "-noout")
        assert "65537" in run(*public, "-text", "-noout")
        assert run(*public, "-modulus", "-noout") == run(*private, "-modulus", "-noout")
        assert run(*public, "-RSAPublicKey_out") == run(*private, "-RSAPublicKey_out")
        line = run("ssh-keygen", "-y", "-f", self.private)
        assert line.startswith("ssh-rsa ")
        assert line.split()[1] == run(
            "ssh-keygen", "-i", "-m", "PEM", "-f", self.public
        ).split()[1]


@pytest.fixture(scope="session")
def server():
    """The server that all tests share; they keep out of each other's key stores."""
    return Server(os.environ["KEYGLOT_URL"])


@pytest.fixture
def own_gateway(tmp_path):
    """Starts a gateway with a config of the test's own."""
    if "KEYGLOT_TARGET" in os.environ:
        pytest.skip("needs a gateway of its own, and KEYGLOT_TARGET names another server")
    started = []

    def start(section: str = "") -> Server:
        config = tmp_path / f"keyglot-{len(started)}.toml"
        config.write_text(f"[locksmith]\n{section}\n")
        started.append(Gateway(os.environ["KEYGLOT_BINARY"], config=config))
        return Server(started[-1].url)

    yield start
    for gateway in started:
        assert gateway.stop() == 0


@pytest.fixture
def halves(tmp_path):
    """Takes a key pair from an answer."""
    return lambda key_pair: Halves(tmp_path, key_pair)
