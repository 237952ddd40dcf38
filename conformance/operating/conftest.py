"""A gateway whose configuration is changed while it runs, and its callers."""

import os
import pathlib
import re
import signal
import ssl
import time
import urllib.error
import urllib.request

import pytest
from gateway import Gateway
from programs import run

BINARY = os.environ["KEYGLOT_BINARY"]
# How long anything may take; what is waited for is always a fact, never a time.
PATIENCE = 60
PROJECT = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
HOUR = "watch_interval = 3600\n"
ZONE = f"/v1/projects/{PROJECT}/zones/zone-1/keypairs"


def until(fact, what: str):
    """Waits for something to be true, and gives it."""
    end = time.monotonic() + PATIENCE
    while True:
        if found := fact():
            return found
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


class Operated:
    """A gateway and its configuration file."""

    def __init__(self, folder: pathlib.Path, text: str):
        self.folder = folder
        self.file = folder / "keyglot.toml"
        self.log_file = folder / "gateway.log"
        self.write(text)
        self.gateway = Gateway(BINARY, config=self.file, log=self.log_file)
        self.url = self.gateway.url

    def write(self, text: str) -> None:
        """Changes the file, in one step as editors do."""
        next_file = self.file.with_suffix(".next")
        next_file.write_text(text)
        next_file.replace(self.file)

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def metric(self, name: str, labels: str = "") -> float | None:
        """A metric's value, if it is there."""
        text = urllib.request.urlopen(self.gateway.admin + "/metrics", timeout=PATIENCE).read().decode()
        found = re.search(rf"^{re.escape(name + labels)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else None

    def reloads(self) -> tuple[float, float]:
        """How often the configuration was read again and was good, and was not."""
        return tuple(
            self.metric("keyglot_config_reloads_total", f'{{outcome="{outcome}"}}')
            for outcome in ("success", "failure"))

    def reload(self, text: str | None = None) -> bool:
        """Reads the configuration again; whether it was good."""
        if text is not None:
            self.write(text)
        before = self.reloads()
        self.gateway.signal(signal.SIGHUP)
        after = until(lambda: (now := self.reloads()) != before and now, "a reload")
        assert sum(after) == sum(before) + 1
        return after[0] > before[0]

    def orange(self, token: str, method: str = "GET", body: bytes | None = None, path: str = ZONE, **more):
        """Status of a call as a caller of Orange's."""
        headers = {"Authorization": f"Bearer {token}", "X-API-Key": "key", "Accept": "application/json",
                   "Content-Type": "application/json", **more}
        request = urllib.request.Request(self.url + path, method=method, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def stop(self) -> None:
        self.gateway.stop()


def orange(*tokens: str, **more) -> str:
    """Orange's section with these tokens."""
    listed = ", ".join(f'{{ token = "{token}", name = "{token[:6]}" }}' for token in tokens)
    settings = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f"[orange]\n{settings}[orange.auth]\nmode = \"strict\"\ntokens = [{listed}]\n"


@pytest.fixture
def operated(tmp_path):
    """Starts gateways; they end with the test."""
    started = []

    def start(text: str) -> Operated:
        started.append(one := Operated(tmp_path, text))
        return one

    yield start
    for one in started:
        one.stop()


class Authority:
    """A certificate authority of a test."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir()
        self.file = folder / "ca.pem"
        self._key = folder / "ca.key"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "30", "-subj", "/CN=a test's authority", "-keyout", self._key, "-out", self.file)

    def issue(self, name: str, days: int = 10) -> tuple[pathlib.Path, pathlib.Path]:
        """A certificate for this machine, and its key."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", str(days), "-subj", f"/CN={name}", "-CA", self.file, "-CAkey", self._key,
            "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out", certificate)
        return certificate, key

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.file))


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")
