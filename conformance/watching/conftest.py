"""A real Prometheus that watches gateways in four states: at work, without store, full, asked for
more keys than they make."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import pytest
import traffic
import yaml
from expressions import RULES
from gateway import Gateway
from redis_server import Redis

BINARY = os.environ["KEYGLOT_BINARY"]
UNPACKED = pathlib.Path(__file__).resolve().parents[1] / ".cache" / "prometheus" / "usr" / "bin"
FULL = "[limits]\nmax_in_flight = 1\n"
BUSY = "[keygen]\nthreads = 1\nqueue = 1\n"


def program(name):
    """A program of Prometheus: installed, or where conformance/install.sh unpacks it."""
    found = shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}{UNPACKED}")
    assert found, f"{name} is missing: run conformance/install.sh"
    return found


class Prometheus:
    """A server on a port of its own, with our rules, that scrapes every second."""

    def __init__(self, folder: pathlib.Path, targets: list[str]):
        self.targets = targets
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._api = f"http://{address}/api/v1/"
        config = folder / "prometheus.yml"
        config.write_text(yaml.safe_dump({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(RULES)],
            "scrape_configs": [{"job_name": "keyglot", "static_configs": [{"targets": targets}]}],
        }))
        self._log = open(folder / "prometheus.log", "wb")
        self._process = subprocess.Popen(
            [program("prometheus"), f"--config.file={config}", f"--web.listen-address={address}",
             f"--storage.tsdb.path={folder / 'data'}"],
            stderr=self._log,
        )

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._log.close()

    def ask(self, what, **parameters):
        """The answer of the HTTP API: `status`, then `data` or `error`."""
        url = f"{self._api}{what}?{urllib.parse.urlencode(parameters, doseq=True)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def query(self, text):
        """What a query that is in order gives."""
        answer = self.ask("query", query=text)
        assert answer["status"] == "success", f"{text}: {answer}"
        return answer["data"]["result"]

    def wait(self):
        """Until every gateway was scraped thrice from now on."""
        begun, until = time.time(), time.monotonic() + 120
        while True:
            with contextlib.suppress(urllib.error.URLError):
                seconds = max(1, int(time.time() - begun))
                seen = self.query(f"count_over_time(up[{seconds}s]) >= 3 and up == 1")
                if len(seen) == len(self.targets):
                    return
            assert time.monotonic() < until, "Prometheus does not see every gateway"
            time.sleep(0.3)


@pytest.fixture(scope="session")
def states(tmp_path_factory):
    """The gateways in bad states by name, after traffic: address of the admin listener, log."""
    folder = tmp_path_factory.mktemp("states")
    (folder / "full.toml").write_text(FULL)
    (folder / "busy.toml").write_text(BUSY)
    redis = Redis(folder)
    with contextlib.ExitStack() as stack:
        def start(name, *arguments):
            log = folder / f"{name}.log"
            started = Gateway(BINARY, "--log-format", "json", *arguments, log=log)
            return stack.enter_context(started), log

        made = {
            "full": start("full", "--config", str(folder / "full.toml")),
            "busy": start("busy", "--config", str(folder / "busy.toml")),
        }
        try:
            made["storeless"] = start("storeless", "--store", redis.url)
        finally:
            redis.stop()
        for one in [*traffic.creates(made["storeless"][0].url, "lost").values(),
                    *traffic.lists(made["storeless"][0].url).values()]:
            one()
        traffic.all_at_once(made["full"][0].url, times=3)
        traffic.all_at_once(made["busy"][0].url, times=2)
        yield {name: (gateway.admin, log) for name, (gateway, log) in made.items()}


@pytest.fixture(scope="session")
def admin():
    """The admin listener of a gateway that has answered calls in every dialect."""
    url = os.environ["KEYGLOT_URL"]
    traffic.everything(url)
    traffic.too_often(url)
    return os.environ["KEYGLOT_ADMIN"]


@pytest.fixture(scope="session")
def prometheus(admin, states, tmp_path_factory):
    """A server that has seen all of them."""
    targets = [admin, *(address for address, _ in states.values())]
    server = Prometheus(
        tmp_path_factory.mktemp("prometheus"), [target.split("://", 1)[1] for target in targets])
    try:
        server.wait()
        yield server
    finally:
        server.stop()
