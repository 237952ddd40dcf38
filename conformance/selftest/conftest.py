"""Gateways, `keyglot selftest` against them, and a proxy to stand between the two."""

from __future__ import annotations

import http.client
import http.server
import os
import pathlib
import re
import ssl
import subprocess
import threading
import typing

import pytest

from gateway import Gateway
from programs import run

BINARY = os.environ["KEYGLOT_BINARY"]
EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "docs/keyglot.toml"
DIALECTS = ["locksmith", "nova", "tencent", "orange"]
SECRET = re.compile(r'(?:token|password|secret_key|signing_key|key) = "([^"]+)"')
DEMO_SECRETS = ["keyglot-demo-token", "keyglot-demo", "keyglotdemosecretkey", "keyglot-demo-siu"]


class Outcome(typing.NamedTuple):
    """What became of a selftest."""

    code: int
    lines: list[str]
    error: str

    def steps(self, dialect: str) -> list[str]:
        """The steps of a dialect that went well."""
        found = [re.match(rf"{dialect} +(\S.*?) +ok +\d+ ms", line) for line in self.lines]
        return [match[1] for match in found if match]

    def failures(self) -> list[str]:
        """The lines of steps that failed."""
        return [line for line in self.lines if " FAILED " in line]


def command(url: str, *arguments: str) -> list[str]:
    return [BINARY, "selftest", "--url", url, *arguments]


def environment() -> dict[str, str]:
    """Without settings that are meant for others."""
    return {k: v for k, v in os.environ.items() if not k.startswith("KEYGLOT_")}


def outcome(code: int, output: str, error: str, config: str = "") -> Outcome:
    """Of a run, whatever it did: it tells no secret."""
    told = output + error
    for secret in SECRET.findall(config) + DEMO_SECRETS:
        assert secret not in told
    assert "PRIVATE" not in told and "ssh-rsa" not in told
    assert not re.search(r"[A-Za-z0-9+/=]{60}", told), told
    return Outcome(code, output.splitlines(), error)


@pytest.fixture
def selftest(tmp_path):
    """Runs a selftest, with a configuration of its own if one is given."""

    def selftest(url: str, *arguments: str, config: str = "") -> Outcome:
        if config:
            file = tmp_path / "selftest.toml"
            file.write_text(config)
            arguments = (*arguments, "--config", str(file))
        ran = subprocess.run(
            command(url, *arguments), env=environment(), capture_output=True, text=True, timeout=300)
        return outcome(ran.returncode, ran.stdout, ran.stderr, config)

    return selftest


@pytest.fixture
def gateway(tmp_path):
    """Starts a gateway with a configuration."""
    running = []

    def start(config: str = "") -> Gateway:
        file = tmp_path / f"gateway-{len(running)}.toml"
        file.write_text(config)
        running.append(Gateway(BINARY, config=file))
        return running[-1]

    yield start
    for each in running:
        each.stop()


class Proxy:
    """Passes requests on to a gateway. `hook` sees each before, and may answer in its place."""

    def __init__(self, target: str, prefix: str = "", certificate: pathlib.Path | None = None,
                 hook: typing.Callable[[str, str], int | None] = lambda method, path: None):
        authority = target.removeprefix("http://")

        class Handler(http.server.BaseHTTPRequestHandler):
            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, headers, answer = 404, [], b"no such prefix"
                instead = hook(self.command, self.path)
                if instead is not None:
                    status, answer = instead, b"upstream is away"
                elif self.path.startswith(f"{prefix}/"):
                    gateway = http.client.HTTPConnection(authority, timeout=120)
                    path = self.path.removeprefix(prefix)
                    gateway.request(self.command, path, body, dict(self.headers))
                    upstream = gateway.getresponse()
                    status, answer = upstream.status, upstream.read()
                    headers = [(name, value) for name, value in upstream.getheaders()
                               if name.lower() not in ("content-length", "connection", "date")]
                    gateway.close()
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        scheme = "http"
        if certificate:
            scheme = "https"
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}{prefix}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def certificate(tmp_path) -> tuple[pathlib.Path, pathlib.Path]:
    """A server's key and certificate in one file, and the certificate of who signed it."""
    ca, ca_key = tmp_path / "ca.pem", tmp_path / "ca.key"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ca",
        "-keyout", ca_key, "-out", ca)
    both = tmp_path / "server.pem"
    server = run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=server",
        "-CA", ca, "-CAkey", ca_key, "-addext", "subjectAltName=IP:127.0.0.1",
        "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", tmp_path / "server.key")
    both.write_text((tmp_path / "server.key").read_text() + server)
    return both, ca
