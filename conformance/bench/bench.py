#!/usr/bin/env python3
"""Measures the gateway and prints ratios against a baseline in the same run.

Baseline: `fixed_body`, a hyper server that answers every request with the same bytes, on the same
cores with the same load generator (wrk, 64 connections). Cases run in interleaved pairs, and each
ratio is the median of its pairs. What a key pair costs a user who has many of them is measured apart,
call by call, against a user who has few.
"""

from __future__ import annotations

import argparse
import http.client
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from gateway import Gateway  # noqa: E402

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE2w3Y5x/FDUfXY5Jcu+NjOOJmtWfbt464KK6HQS+P/3"
CONFIG = """
log_filter = "warn"
[nova]
key_pairs_quota = -1
"""
IMPORT = """
local thread = 0
function setup(t) t:set("id", thread); thread = thread + 1 end
function init() count = 0 end
function request()
  count = count + 1
  local body = string.format('{"keypair": {"name": "%s-%d-%d", "public_key": "%s"}}', RUN, id, count, KEY)
  return wrk.format("POST", nil, HEADERS, body)
end
function response(status) if status ~= 200 then bad = (bad or 0) + 1 end end
"""
GET = "function request() return wrk.format('GET', nil, HEADERS) end\n"


class FixedBody:
    """The baseline server."""

    def __init__(self, binary: pathlib.Path):
        self._process = subprocess.Popen([binary], stdout=subprocess.PIPE, text=True)
        self.url = self._process.stdout.readline().split()[1]

    def stop(self):
        self._process.kill()
        self._process.wait()


def log_in(url: str, user: str = "demo") -> str:
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": user, "domain": {"id": "default"}, "password": "keyglot-demo"}}},
        "scope": {"project": {"name": user, "domain": {"id": "default"}}}}}
    request = urllib.request.Request(
        url + "/identity/v3/auth/tokens", json.dumps(body).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.headers["X-Subject-Token"]


def import_one(url: str, token: str, name: str) -> None:
    body = {"keypair": {"name": name, "public_key": KEY}}
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json", "X-Auth-Token": token})
    urllib.request.urlopen(request).close()


def load(url: str, script: str, seconds: int) -> tuple[float, float]:
    """Calls a second and the 99th percentile in milliseconds, with every answer a success."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        output = subprocess.run(
            ["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", "-s", file.name, url],
            check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"the load met errors:\n{output}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    return rate, float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def start_times(binary: pathlib.Path, runs: int) -> list[float]:
    """Milliseconds from the start of the process to its readiness line."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        gateway = Gateway(binary)
        times.append((time.perf_counter() - started) * 1e3)
        gateway.stop()
    return times


def resident_mib(gateway: Gateway) -> float:
    status = pathlib.Path(f"/proc/{gateway._process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def compare(name: str, baseline, case, pairs: int) -> None:
    """Runs baseline and case by turns and prints the case as a share of the baseline."""
    rows = [(baseline(), case()) for _ in range(pairs)]
    ratio = statistics.median(measured[0] / fixed[0] for fixed, measured in rows)
    fixed = statistics.median(row[0][0] for row in rows)
    rate = statistics.median(row[1][0] for row in rows)
    tail = statistics.median(row[1][1] for row in rows)
    print(f"{name:<34} {rate:>9.0f}/s  {ratio:>5.2f} of fixed body ({fixed:.0f}/s)  p99 {tail:.2f} ms")


class Owner:
    """A user with so many key pairs, on a connection of its own."""

    def __init__(self, url: str, user: str, count: int):
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"))
        self._token = log_in(url, user)
        self._path = "/compute/v2.1/os-keypairs"
        self.count = count
        for number in range(count):
            self.add(number)

    def _call(self, method: str, below: str, version: str, body: bytes | None = None) -> bytes:
        headers = {"X-Auth-Token": self._token, "Content-Type": "application/json",
                   "OpenStack-API-Version": f"compute {version}"}
        self._connection.request(method, self._path + below, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status // 100 != 2:
            raise SystemExit(f"{method} {below}: {answer.status} {content!r}")
        return content

    def _timed(self, *call: str) -> tuple[float, bytes]:
        started = time.perf_counter()
        content = self._call(*call)
        return (time.perf_counter() - started) * 1e6, content

    def add(self, number: int) -> None:
        body = json.dumps({"keypair": {"name": f"k{number:05}", "public_key": KEY}}).encode()
        self._call("POST", "", "2.2", body)

    def whole_list(self) -> float:
        """Microseconds for each key pair of the list: of a few calls, because what goes before them
        (reading a long list) leaves the processor to others."""
        calls = [self._timed("GET", "", "2.1") for _ in range(9)]
        elapsed = statistics.median(elapsed for elapsed, _ in calls)
        listed = len(json.loads(calls[-1][1])["keypairs"])
        if listed != self.count:
            raise SystemExit(f"{listed} of {self.count} key pairs were listed")
        return elapsed / listed

    def page(self) -> float:
        """Microseconds for a page of four from the middle."""
        marker = f"?limit=4&marker=k{self.count // 2:05}"
        elapsed, content = self._timed("GET", marker, "2.35")
        if len(json.loads(content)["keypairs"]) != 4:
            raise SystemExit("the page is not full")
        return elapsed

    def show(self) -> float:
        """Microseconds for one key pair."""
        return self._timed("GET", f"/k{self.count // 2:05}", "2.2")[0]

    def delete(self) -> float:
        """Microseconds for one key pair, which is put back untimed."""
        elapsed, _ = self._timed("DELETE", f"/k{self.count // 2:05}", "2.2")
        self.add(self.count // 2)
        return elapsed


def compare_sizes(url: str) -> None:
    """What a key pair costs a user who has many, as a multiple of what it costs one who has few."""
    few, many = Owner(url, "demo", 10), Owner(url, "demo2", 10_000)
    print("microseconds, Nova, memory         with 10   with 10 000   ratio")
    for name, what, rounds in (
        ("whole list, each key pair", Owner.whole_list, 7),
        ("page of four", Owner.page, 400),
        ("show", Owner.show, 400),
        ("delete", Owner.delete, 400),
    ):
        rows = [(what(few), what(many)) for _ in range(rounds)]
        small, large = (statistics.median(column) for column in zip(*rows))
        print(f"{name:<34} {small:>7.1f} {large:>13.1f} {large / small:>7.2f}")


def measure_sizes(binary: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "keyglot.toml"
        config.write_text(CONFIG)
        with Gateway(binary, config=config) as gateway:
            compare_sizes(gateway.url)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--fixed-body", type=pathlib.Path)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--sizes-only", action="store_true",
                        help="only what a key pair costs a user who has many")
    arguments = parser.parse_args()
    if arguments.sizes_only:
        measure_sizes(arguments.binary)
        return
    if arguments.fixed_body is None:
        parser.error("--fixed-body is needed for all but --sizes-only")
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: install Debian's package wrk")

    times = start_times(arguments.binary, 20)
    print(f"start to ready                     median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms")
    with Gateway(arguments.binary, keys_ahead=True) as idle:
        time.sleep(1)
        print(f"resident memory, idle              {resident_mib(idle):.1f} MiB")

    baseline = FixedBody(arguments.fixed_body)
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "keyglot.toml"
        config.write_text(CONFIG)
        with Gateway(arguments.binary, config=config) as gateway:
            token = log_in(gateway.url)
            headers = f'HEADERS = {{["X-Auth-Token"] = "{token}", ["Content-Type"] = "application/json"}}\n'
            path = gateway.url + "/compute/v2.1/os-keypairs"
            runs = iter(range(10_000))

            def imports(url):
                script = f'KEY = "{KEY}"\nRUN = "r{next(runs)}"\n{headers}{IMPORT}'
                return load(url, script, arguments.seconds)

            compare("import ed25519, Nova, memory", lambda: imports(baseline.url),
                    lambda: imports(path), arguments.pairs)
            import_one(path, token, "wanted")
            compare("get one of those, Nova, memory",
                    lambda: load(baseline.url, headers + GET, arguments.seconds),
                    lambda: load(path + "/wanted", headers + GET, arguments.seconds),
                    arguments.pairs)
            print(f"resident memory after that         {resident_mib(gateway):.0f} MiB")
    baseline.stop()
    measure_sizes(arguments.binary)


if __name__ == "__main__":
    main()
