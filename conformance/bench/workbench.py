"""What measurements are made with: the load generator, the baselines' processes, rows of the table."""

from __future__ import annotations

import json
import pathlib
import re
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import typing
import urllib.request
from dataclasses import dataclass, field

from gateway import Gateway

CONNECTIONS = 64


class Load(typing.NamedTuple):
    """What the load generator saw."""

    rate: float
    seconds: float
    p50_ms: float
    p99_ms: float
    next: int


@dataclass
class Tools:
    """Where the programs are."""

    keyglot: pathlib.Path
    fixed_body: pathlib.Path
    load: pathlib.Path
    python: pathlib.Path
    work: pathlib.Path
    # How often a case and its baseline take turns, and how long each turn is.
    pairs: int = 5
    seconds: float = 2.0
    # The most key pairs that a store is filled with.
    largest: int = 1_000_000
    # Every number that was put into a request, so that none is put twice into one server.
    next_number: int = 0

    def _requests(self, requests: list[bytes]) -> typing.IO[bytes]:
        file = tempfile.NamedTemporaryFile(dir=self.work)
        file.write(b"".join(struct.pack("<I", len(request)) + request for request in requests))
        file.flush()
        return file

    def run_load(self, url: str, requests: bytes | list[bytes], *, connections: int = CONNECTIONS,
                 seconds: float | None = None, count: int | None = None, first: int | None = None,
                 forbid: str | None = None, warm_up: bytes | None = None) -> Load:
        """Sends requests and demands that every one succeeds."""
        requests = [requests] if isinstance(requests, bytes) else requests
        with self._requests(requests) as file, self._requests([warm_up] if warm_up else []) as warming:
            command = [self.load, url.removeprefix("http://"), file.name,
                       "--connections", str(connections), "--seconds", str(seconds or self.seconds),
                       "--first", str(self.next_number if first is None else first)]
            command += ["--count", str(count)] if count else []
            command += ["--forbid", forbid] if forbid else []
            command += ["--warm-up", warming.name] if warm_up else []
            ran = subprocess.run(command, check=True, capture_output=True, text=True)
        seen = json.loads(ran.stdout)
        if seen["failed"]:
            raise SystemExit(f"{seen['failed']} calls failed, the first with:\n{seen['first_failure']}")
        if first is None:
            self.next_number = seen["next"]
        rate = seen["requests"] / seen["seconds"]
        return Load(rate, seen["seconds"], seen["p50_us"] / 1e3, seen["p99_us"] / 1e3, seen["next"])

    def gateway(self, config: str = "", *arguments: str, keys_ahead: bool = False) -> Gateway:
        """A gateway without access lines."""
        file = self.work / f"keyglot-{time.monotonic_ns()}.toml"
        file.write_text('log_filter = "warn"\n' + config)
        return Gateway(self.keyglot, *arguments, config=file, keys_ahead=keys_ahead,
                       log=self.work / "gateway.log")


class Process:
    """A server that is not ours to ask: stopped by force."""

    def __init__(self, command: list, port: int | None = None, log: pathlib.Path | None = None):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE if port is None else subprocess.DEVNULL,
            stderr=open(log, "wb") if log else subprocess.DEVNULL, text=True)
        self.url = self._address() if port is None else f"http://127.0.0.1:{port}"
        if port is not None:
            self._wait(port)

    def _address(self) -> str:
        return self.process.stdout.readline().split()[1]

    def _wait(self, port: int) -> None:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{self.process.args} does not answer")

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def resident_mib(pid: int) -> float:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def metric(gateway: Gateway, name: str, **labels: str) -> float:
    """A sample of the gateway's metrics; 0 if it is not there yet."""
    with urllib.request.urlopen(gateway.admin + "/metrics") as answer:
        text = answer.read().decode()
    for line in text.splitlines():
        if line.startswith(name + "{") or line.startswith(name + " "):
            if all(f'{label}="{value}"' in line for label, value in labels.items()):
                return float(line.rsplit(" ", 1)[1])
    return 0.0


@dataclass
class Row:
    """A line of the table. `ratio` is what is held against `wanted`, if anything is."""

    group: str
    case: str
    seen: str
    baseline: str = "–"
    ratio: float | None = None
    wanted: str = "–"
    reached: bool | None = None
    # One ratio a pair, for the plot of its spread.
    spread: list[float] = field(default_factory=list)

    def show(self) -> None:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        word = {None: "", True: "reached", False: "MISSED"}[self.reached]
        print(f"{self.case:<58} {self.seen:<28} {ratio:>7}  {self.wanted:<14} {word}", flush=True)


def per_second(rate: float) -> str:
    return f"{rate:,.0f}/s".replace(",", " ")


def ask(url: str, request: bytes) -> bytes:
    """One call's answer, head and body."""
    address = url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), 10) as connection:
        connection.sendall(request.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nConnection: close\r\n", 1))
        return b"".join(iter(lambda: connection.recv(65536), b""))


def compare(tools: Tools, group: str, case: str, measured: typing.Callable[[], Load],
            baseline: typing.Callable[[], Load], name: str, at_least: float | None = None,
            pairs: int | None = None) -> Row:
    """Runs baseline and case by turns; the ratio is the median of the pairs'."""
    rows = [(baseline(), measured()) for _ in range(pairs or tools.pairs)]
    spread = [case_.rate / base.rate for base, case_ in rows]
    ratio = statistics.median(spread)
    rate = statistics.median(row[1].rate for row in rows)
    tail = statistics.median(row[1].p99_ms for row in rows)
    base = statistics.median(row[0].rate for row in rows)
    row = Row(group, case, f"{per_second(rate)}, p99 {tail:.2f} ms", f"{name}: {per_second(base)}", ratio)
    row.spread = spread
    if at_least is not None:
        row.wanted, row.reached = f"≥ {at_least:g}", ratio >= at_least
    return row


def venv(folder: pathlib.Path, requirements: pathlib.Path) -> pathlib.Path:
    """The baselines' Python, with what they need."""
    python = folder / "bin" / "python"
    if not (folder / ".complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", requirements], check=True)
        (folder / ".complete").touch()
    return python
