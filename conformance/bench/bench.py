#!/usr/bin/env python3
"""Measures the gateway and prints ratios against a baseline in the same run.

Baseline: `fixed_body`, a hyper server that answers every request with the same bytes, on the same
cores with the same load generator (wrk, 64 connections). Cases run in interleaved pairs, and each
ratio is the median of its pairs.
"""

from __future__ import annotations

import argparse
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


def log_in(url: str) -> str:
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "demo", "domain": {"id": "default"}, "password": "keyglot-demo"}}},
        "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}}
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--fixed-body", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: install Debian's package wrk")

    times = start_times(arguments.binary, 20)
    print(f"start to ready                     median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms")
    with Gateway(arguments.binary) as idle:
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


if __name__ == "__main__":
    main()
