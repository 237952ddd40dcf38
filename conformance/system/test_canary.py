"""No secret is ever written: the store holds no private key in the clear and no passphrase, and neither a log
of everything nor a trace holds these, nor a password, token, signature or signing key."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from canary import Secrets, file_bytes, redis_bytes
from conftest import BINARY
from gateway import Gateway
from otlp import Collector

PROJECT = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
NOVA_PROJECT, NOVA_USER = "0a" * 16, "0b" * 16
SECRET_ID = "AKIDcanary"


def canary(what: str) -> str:
    return f"canary-{what}-{secrets.token_hex(12)}"


class World:
    """A gateway that logs everything, known secrets, and callers of all dialects."""

    def __init__(self, folder: pathlib.Path, store: str, log_format: str):
        self.secrets = Secrets()
        self.log = folder / "log"
        self.collector = Collector()
        self.known = {
            name: self._secret(name)
            for name in (
                "locksmith-token", "nova-password", "nova-api-key", "nova-credential",
                "tencent-key", "tencent-token", "orange-token", "orange-key", "passphrase",
                "wrong-passphrase", "wrong-password", "wrong-token",
            )
        }
        self.server_keys = {name: secrets.token_hex(32) for name in ("sealing", "older", "tokens")}
        for name, key in self.server_keys.items():
            self.secrets.add(f"the {name} key", bytes.fromhex(key))
        config = folder / "keyglot.toml"
        config.write_text(self._config(log_format))
        self.gateway = Gateway(BINARY, "--store", store, config=config, log=self.log)
        self.url = self.gateway.url
        self.host = self.url.removeprefix("http://")

    def stop(self) -> int:
        """Ends the gateway, which sends its last spans, and the collector."""
        try:
            return self.gateway.stop()
        finally:
            self.collector.stop()

    @property
    def spans(self) -> bytes:
        """What the collector has received."""
        return b"".join(body for _, _, body in self.collector.received)

    def _secret(self, name: str) -> str:
        secret = canary(name)
        self.secrets.add(f"the {name}", secret)
        return secret

    def _config(self, log_format: str) -> str:
        known, keys = self.known, self.server_keys
        return f"""
            log_filter = "trace"
            log_format = "{log_format}"
            [traces]
            endpoint = "{self.collector.url}"
            [sealing]
            key = "{keys['sealing']}"
            older_keys = ["{keys['older']}"]
            [tokens]
            signing_key = "{keys['tokens']}"
            [locksmith]
            token = "{known['locksmith-token']}"
            [nova]
            v2_flavour = "compat"
            projects = [{{ id = "{NOVA_PROJECT}", name = "p" }}]
            users = [{{ id = "{NOVA_USER}", name = "u", password = "{known['nova-password']}",
                        api_key = "{known['nova-api-key']}",
                        roles = {{ "{NOVA_PROJECT}" = ["admin"] }} }}]
            application_credentials = [{{ id = "{'0c' * 16}", name = "c", user = "{NOVA_USER}",
                project = "{NOVA_PROJECT}", secret = "{known['nova-credential']}" }}]
            [tencent]
            rate_per_sec = 0
            credentials = [
                {{ secret_id = "{SECRET_ID}", secret_key = "{known['tencent-key']}", account = "a" }},
                {{ secret_id = "{SECRET_ID}2", secret_key = "{known['tencent-key']}2",
                   token = "{known['tencent-token']}", account = "b" }},
            ]
            [orange.auth]
            mode = "strict"
            tokens = [{{ token = "{known['orange-token']}", name = "caller" }}]
            api_keys = [{{ key = "{known['orange-key']}", name = "program" }}]
        """.replace("\n            ", "\n").replace(",\n                ", ", ").replace(
            ",\n                        ", ", ")

    def call(self, method: str, path: str, body=None, headers=()):
        """Status, headers and text of an answer."""
        request = urllib.request.Request(self.url + path, method=method, headers=dict(headers))
        if body is not None:
            request.data = json.dumps(body).encode() if isinstance(body, dict) else body.encode()
            if not request.has_header("Content-type"):
                request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def http2(self, path: str, headers=(), body: str | None = None) -> str:
        """The text of an answer over HTTP/2."""
        command = ["curl", "-s", "--http2-prior-knowledge", self.url + path]
        for name, value in dict(headers).items():
            command += ["--header", f"{name}: {value}"]
        if body is not None:
            command += ["--data", body]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def broken_http2(self, path: bytes, headers: dict[bytes, bytes]) -> None:
        """A request over HTTP/2 with a path that is none, which the library refuses by itself."""
        literal = lambda text: bytes([len(text)]) + text
        block = b"\x82\x86\x04" + literal(path) + b"\x01" + literal(b"x")
        for name, value in headers.items():
            block += b"\x10" + literal(name) + literal(value)
        frame = lambda kind, flags, stream, payload: (
            len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload)
        host, _, port = self.host.partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b""))
            connection.sendall(frame(1, 5, 1, block))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass

    # Each dialect in turn: what its callers show, what they get, what they must not be able to do.

    def locksmith(self) -> None:
        known = self.known
        bearer = {"Authorization": f"Bearer {known['locksmith-token']}"}
        keys, passphrase = "/locksmith/v1/keys", known["passphrase"]

        def create(name, **fields):
            answer = json.loads(self.call("POST", keys, {"key_pair_id": name, **fields}, bearer)[2])
            assert answer["status"] == "success", answer
            self._answered(f"the key {name}", answer["key_pair"]["private_key"])
            return answer["key_pair"]

        create("forgotten", passphrase=passphrase)
        plain = create("plain", store_private_key=True)
        locked = create("locked", store_private_key=True, passphrase=passphrase)

        def read(name, secret, send=lambda path: self.call("GET", path, None, bearer)[2]):
            return json.loads(send(f"{keys}?key_pair_id={name}&passphrase={secret}"))

        http2 = lambda path: self.http2(path, bearer)
        for send in (lambda path: self.call("GET", path, None, bearer)[2], http2):
            assert read("plain", "", send)["key_pair"] == plain
            assert read("locked", passphrase, send)["key_pair"] == locked
            refused = read("locked", known["wrong-passphrase"], send)
            assert refused["status"] == "private-key-decryption-error"
        for path in (f"/locksmith/v1/nope?passphrase={passphrase}", f"/nowhere?passphrase={passphrase}"):
            assert self.call("GET", path, None, bearer)[0] == 404
        wrong = {"Authorization": f"Bearer {known['wrong-token']}"}
        assert self.call("GET", keys, None, wrong)[0] == 401
        assert "unauthorized" in self.http2(keys, wrong)
        broken = json.dumps({"key_pair_id": "x", "passphrase": [passphrase]})
        assert "Invalid JSON!" in self.call("POST", keys, broken, bearer)[2]
        self.broken_http2(
            f"{keys}?passphrase={passphrase} ".encode(),
            {b"authorization": bearer["Authorization"].encode()})

    def _answered(self, what: str, encoded: str) -> None:
        self.secrets.add_private_key(what, base64.b64decode(encoded).decode())
        self.secrets.add_text(f"{what} as it was answered", encoded)

    def nova(self) -> None:
        def body(password):
            return {"auth": {
                "identity": {"methods": ["password"], "password": {
                    "user": {"name": "u", "domain": {"id": "default"}, "password": password}}},
                "scope": {"project": {"id": NOVA_PROJECT}}}}

        log_in = "/identity/v3/auth/tokens"
        assert self.call("POST", log_in, body(self.known["wrong-password"]))[0] == 401
        status, headers, _ = self.call("POST", log_in, body(self.known["nova-password"]))
        assert status == 201
        token = headers["X-Subject-Token"]
        self.secrets.add("a token of nova's", token)
        old = {"auth": {"passwordCredentials": {
            "username": "u", "password": self.known["nova-password"]}, "tenantId": NOVA_PROJECT}}
        status, _, answer = self.call("POST", "/identity/v2.0/tokens", old)
        if status == 200:  # whether this flavour has the old log-in is not of interest here
            self.secrets.add("a token of the old log-in", json.loads(answer)["access"]["token"]["id"])
        credential = {"auth": {"identity": {
            "methods": ["application_credential"], "application_credential": {
                "id": "0c" * 16, "secret": self.known["nova-credential"]}}}}
        status, headers, _ = self.call("POST", log_in, credential)
        assert status == 201
        self.secrets.add("a token of the credential", headers["X-Subject-Token"])

        show = {"X-Auth-Token": token}
        keypairs = "/compute/v2.1/os-keypairs"
        status, _, answer = self.call("POST", keypairs, {"keypair": {"name": "made"}}, show)
        assert status == 200, answer
        self.secrets.add_private_key("nova's key", json.loads(answer)["keypair"]["private_key"])
        assert "made" in self.http2(keypairs, show)
        assert self.call("GET", keypairs, None, {"X-Auth-Token": self.known["wrong-token"]})[0] == 401
        basic = base64.b64encode(f"u:{self.known['nova-password']}".encode()).decode()
        self.call("GET", keypairs, None, {"Authorization": f"Basic {basic}"})
        subject = {"X-Auth-Token": token, "X-Subject-Token": headers["X-Subject-Token"]}
        assert self.call("DELETE", log_in, None, subject)[0] == 204

    def tencent(self) -> None:
        def signed(action, key=self.known["tencent-key"], **fields):
            fields |= {
                "Action": action, "Version": "2017-03-12", "Region": "ap-guangzhou",
                "SecretId": SECRET_ID, "Timestamp": int(time.time()),
                "Nonce": secrets.randbelow(1 << 30)}
            query = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
            digest = hmac.new(key.encode(), f"GET{self.host}/?{query}".encode(), hashlib.sha1).digest()
            signature = base64.b64encode(digest).decode()
            self.secrets.add(f"a signature of {action}", signature)
            self.secrets.add(f"the bytes of a signature of {action}", digest)
            return "/?" + query + "&Signature=" + urllib.parse.quote(signature, safe="")

        made = json.loads(self.call("GET", signed("CreateKeyPair", KeyName="made", ProjectId=0))[2])
        self.secrets.add_private_key("tencent's key", made["Response"]["KeyPair"]["PrivateKey"])
        listed = self.http2(signed("DescribeKeyPairs"))
        assert "made" in listed, listed
        refused = self.call("GET", signed("DescribeKeyPairs", key=self.known["wrong-token"]))[2]
        assert "AuthFailure" in refused, refused
        self.call("GET", signed("DescribeKeyPairs", Token=self.known["tencent-token"]))
        now, payload = int(time.time()), "{}"
        status, answer = self._tc3(now, payload)
        assert status == 200 and "made" in answer, answer

    def _tc3(self, now: int, payload: str):
        day, service = time.strftime("%Y-%m-%d", time.gmtime(now)), "cvm"
        sha256 = lambda text: hashlib.sha256(text.encode()).hexdigest()
        sign = lambda key, text: hmac.new(key, text.encode(), hashlib.sha256).digest()
        request = f"POST\n/\n\ncontent-type:application/json\nhost:{self.host}\n\ncontent-type;host\n{sha256(payload)}"
        scope = f"{day}/{service}/tc3_request"
        text = f"TC3-HMAC-SHA256\n{now}\n{scope}\n{sha256(request)}"
        key = f"TC3{self.known['tencent-key']}".encode()
        for part in (day, service, "tc3_request"):
            key = sign(key, part)
            self.secrets.add(f"the signing key of {part}", key)
        signature = sign(key, text).hex()
        self.secrets.add("a signature of TC3", signature)
        headers = {
            "Content-Type": "application/json", "X-TC-Action": "DescribeKeyPairs",
            "X-TC-Version": "2017-03-12", "X-TC-Region": "ap-guangzhou", "X-TC-Timestamp": str(now),
            "Authorization": f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{scope}, "
                             f"SignedHeaders=content-type;host, Signature={signature}"}
        status, _, answer = self.call("POST", "/", payload, headers)
        return status, answer

    def orange(self) -> None:
        keypairs = f"/v1/projects/{PROJECT}/zones/zone-1/keypairs"
        show = {
            "Authorization": f"Bearer {self.known['orange-token']}",
            "X-API-Key": self.known["orange-key"], "Accept": "application/json"}
        status, _, answer = self.call("POST", keypairs, {"name": "made"}, show)
        assert status == 201, answer
        self.secrets.add_private_key("orange's key", json.loads(answer)["privateKey"])
        assert "made" in self.http2(keypairs, show)
        for name, value in (
            ("Authorization", f"Bearer {self.known['wrong-token']}"),
            ("X-API-Key", self.known["wrong-token"]),
        ):
            assert self.call("GET", keypairs, None, show | {name: value})[0] in (401, 403)

    def drive(self) -> None:
        for dialect in (self.locksmith, self.nova, self.tencent, self.orange):
            dialect()


@pytest.fixture(params=["redb", "redis"])
def written(request, tmp_path):
    """What a gateway has written after all dialects were driven: the secrets, the store, the log."""
    if request.param == "redb":
        store, dump = f"redb:{tmp_path / 'store'}", lambda: file_bytes(tmp_path / "store")
    else:
        url = request.getfixturevalue("redis").url
        store, dump = url, lambda: redis_bytes(url)
    world = World(tmp_path, store, "json" if request.param == "redis" else "text")
    try:
        world.drive()
    finally:
        assert world.stop() == 0
    return world.secrets, dump(), world.log.read_bytes(), world.spans


def test_no_secret_is_written(written):
    known, dump, log, spans = written
    assert len(known) > 60
    # What was looked through is what was written.
    for name in (b"forgotten", b"plain", b"locked", b"made"):
        assert name in dump, f"{name} is not in the store"
    for line in (b"create_key_pair", b"private-key-decryption-error", b"unauthorized", b"POST", b"/v1/projects/"):
        assert line in log, f"{line} is not in the log"
    assert known.found_in(dump) == set()
    assert known.found_in(log) == set()
    for name in (b"create_key_pair", b"private-key-decryption-error", b"authenticate", b"store.insert", b"tencent"):
        assert name in spans, f"{name} is in no span"
    assert known.found_in(spans) == set()


def test_what_is_planted_is_found(tmp_path):
    """In every form, and in the places that were looked through."""
    store = tmp_path / "store"
    world = World(tmp_path, f"redb:{store}", "text")
    planted = secrets.token_hex(20)
    world.secrets.add("what was planted", planted)
    bearer = {"Authorization": f"Bearer {world.known['locksmith-token']}"}
    # An id is no secret to the gateway, and neither is a path.
    status, _, answer = world.call("POST", "/locksmith/v1/keystores", {"key_store_name": planted}, bearer)
    assert status == 200 and planted in answer
    world.call("GET", f"/locksmith/v1/{planted}", None, bearer)
    assert world.stop() == 0
    assert world.secrets.found_in(file_bytes(store)) == {"what was planted"}
    assert world.secrets.found_in(world.log.read_bytes()) == {"what was planted"}


def test_what_is_planted_in_redis_is_found(redis):
    import redis as client

    known = Secrets()
    known.add("what was planted", planted := secrets.token_hex(20))
    client = client.Redis.from_url(redis.url)
    plants = (
        lambda: client.set("key", f"x{planted}"),
        lambda: client.set(planted, "x"),
        lambda: client.hset("hash", "field", planted),
        lambda: client.hset("hash", planted, "x"),
        lambda: client.sadd("set", planted),
        lambda: client.rpush("list", base64.b64encode(b"x" + planted.encode())),
        lambda: client.zadd("zset", {bytes.fromhex(planted) + planted.encode(): 1}),
    )
    for plant in plants:
        client.flushall()
        assert known.found_in(redis_bytes(redis.url)) == set()
        plant()
        assert known.found_in(redis_bytes(redis.url)) == {"what was planted"}


def test_a_private_key_is_found_however_it_is_written():
    pem = subprocess.run(
        ["openssl", "genrsa", "-traditional", "2048"], capture_output=True, text=True, check=True).stdout
    known = Secrets()
    known.add_private_key("the key", pem)
    other = lambda *options: subprocess.run(
        ["openssl", *options], input=pem.encode(), capture_output=True, check=True).stdout
    pkcs1, pkcs8 = other("rsa", "-traditional", "-outform", "DER"), other("pkcs8", "-topk8", "-nocrypt", "-outform", "DER")
    for written in (
        pem.encode(), pkcs1, pkcs8, other("pkcs8", "-topk8", "-nocrypt"), pkcs8.hex().encode(),
        base64.b64encode(pkcs1), base64.b64encode(b"x" + pkcs1), base64.urlsafe_b64encode(b"xx" + pkcs8),
        str(list(pkcs8)).encode(), base64.b64encode(pem.encode())[4:], json.dumps({"k": pem}).encode(),
    ):
        assert known.found_in(b"before " + written + b" after"), written[:80]
    public = other("rsa", "-pubout", "-outform", "DER")
    assert known.found_in(public + base64.b64encode(public)) == set()
