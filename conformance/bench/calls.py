"""The calls that are measured, as bytes that go over the wire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import struct
import time
import urllib.request

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE2w3Y5x/FDUfXY5Jcu+NjOOJmtWfbt464KK6HQS+P/3"
# Replaced by a number of ten digits that no other request gets.
NUMBER = "@@@@@@@@@@"
KEY_PAIRS = "/compute/v2.1/os-keypairs"
SECRET_ID = "AKIDkeyglotdemo00000000000000000000"
SECRET_KEY = "keyglotdemosecretkey000000000000"


def raw(method: str, path: str, headers: dict[str, str], body: str = "") -> bytes:
    """A request; its host is any, because signatures name it."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if "Host" not in headers:
        lines.append("Host: bench")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def log_in(url: str, user: str = "demo") -> str:
    """A Nova token."""
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": user, "domain": {"id": "default"}, "password": "keyglot-demo"}}},
        "scope": {"project": {"name": user, "domain": {"id": "default"}}}}}
    request = urllib.request.Request(
        url + "/identity/v3/auth/tokens", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.headers["X-Subject-Token"]


class Nova:
    """Calls of one user."""

    def __init__(self, url: str, user: str = "demo"):
        self._headers = {"X-Auth-Token": log_in(url, user), "Content-Type": "application/json"}

    def import_(self, user_id: str | None = None) -> bytes:
        """Imports a key pair under a new name; for another user if one is named."""
        key_pair = {"name": f"k{NUMBER}", "public_key": ED25519}
        if user_id is not None:
            key_pair |= {"user_id": user_id, "type": "ssh"}
        return self._post(key_pair, "2.10" if user_id else "2.1")

    def create(self) -> bytes:
        """Generates a key pair under a new name: RSA 2048."""
        return self._post({"name": f"c{NUMBER}"}, "2.1")

    def get(self, name: str, user_id: str | None = None) -> bytes:
        query = f"?user_id={user_id}" if user_id else ""
        return self._get(f"/{name}{query}", "2.10" if user_id else "2.1")

    def list(self) -> bytes:
        return self._get("", "2.1")

    def page(self, marker: str | None, limit: int) -> bytes:
        after = f"&marker={marker}" if marker else ""
        return self._get(f"?limit={limit}{after}", "2.35")

    def _post(self, key_pair: dict, version: str) -> bytes:
        headers = self._headers | self._version(version)
        return raw("POST", KEY_PAIRS, headers, json.dumps({"keypair": key_pair}))

    def _get(self, below: str, version: str) -> bytes:
        return raw("GET", KEY_PAIRS + below, self._headers | self._version(version))

    @staticmethod
    def _version(version: str) -> dict[str, str]:
        return {} if version == "2.1" else {"OpenStack-API-Version": f"compute {version}"}


def tencent(action: str, **parameters) -> bytes:
    """A call by API 3.0, signed with TC3-HMAC-SHA256 as of now."""
    now, host, kind = int(time.time()), "bench", "application/json"
    date = time.strftime("%Y-%m-%d", time.gmtime(now))
    body = json.dumps(parameters)
    canonical = (f"POST\n/\n\ncontent-type:{kind}\nhost:{host}\n\ncontent-type;host\n"
                 + hashlib.sha256(body.encode()).hexdigest())
    scope = f"{date}/cvm/tc3_request"
    text = f"TC3-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{SECRET_KEY}".encode()
    for part in (date, "cvm", "tc3_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return raw("POST", "/", {
        "Host": host, "Content-Type": kind, "X-TC-Action": action, "X-TC-Version": "2017-03-12",
        "X-TC-Timestamp": str(now), "X-TC-Region": "ap-guangzhou",
        "Authorization": f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{scope}, "
                         f"SignedHeaders=content-type;host, Signature={key.hex()}",
    }, body)


def random_rsa_line() -> str:
    """A public key that nobody has: this cloud takes each only once. The modulus is any odd number."""
    modulus = b"\0" + (int.from_bytes(secrets.token_bytes(256)) | 1 << 2047 | 1).to_bytes(256)
    parts = [b"ssh-rsa", b"\x01\x00\x01", modulus]
    blob = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return "ssh-rsa " + base64.b64encode(blob).decode()


def tencent_imports(count: int) -> list[bytes]:
    return [tencent("ImportKeyPair", KeyName=f"t{number}", ProjectId=0, PublicKey=random_rsa_line())
            for number in range(count)]


def moto(action: str, **parameters) -> bytes:
    """A call as EC2's query API takes it; moto reads the region in the credential and no more."""
    fields = {"Action": action, "Version": "2016-11-15", **parameters}
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    return raw("POST", "/", {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": "AWS4-HMAC-SHA256 Credential=bench/20261127/us-east-1/ec2/aws4_request, "
                         "SignedHeaders=host, Signature=0",
    }, body)


def moto_import(name: str = f"k{NUMBER}") -> bytes:
    encoded = base64.b64encode(ED25519.encode()).decode().replace("+", "%2B").replace("=", "%3D")
    return moto("ImportKeyPair", KeyName=name, PublicKeyMaterial=encoded)
