"""Flame graphs of the hot calls: where the gateway's processor time goes while it is loaded."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import threading
import time
import typing

import calls
from throughput import UNLIMITED, await_keys, pool
from workbench import Tools

INFERNO = "0.12.4"
SECONDS = 3
# Until `perf` looks.
ATTACH = 0.5


class Hot(typing.NamedTuple):
    """A call whose time is looked at."""

    name: str
    title: str
    config: str
    requests: typing.Callable[[str], bytes | list[bytes]]


HOT = [
    Hot("nova-get", "Nova: get", UNLIMITED, lambda url: calls.Nova(url).get("k0000000000")),
    Hot("nova-import", "Nova: import", UNLIMITED, lambda url: calls.Nova(url).import_()),
    Hot("nova-create", "Nova: create from the pool", pool(512), lambda url: calls.Nova(url).create()),
    Hot("nova-list", "Nova: list of 1 000", UNLIMITED, lambda url: calls.Nova(url).list()),
    Hot("tencent-get", "Tencent: get, signed TC3", UNLIMITED, lambda _: calls.tencent("DescribeKeyPairs")),
    Hot("tencent-import", "Tencent: import, signed TC3", UNLIMITED, lambda _: calls.tencent_imports(150_000)),
]


def draw(tools: Tools, cache: pathlib.Path, folder: pathlib.Path) -> dict[str, str]:
    """Writes a graph of each call; their titles by their file names. None where `perf` is missing or
    may not look."""
    perf = shutil.which("perf")
    if perf is None:
        print("no flame graphs: `perf` is missing (Debian: linux-perf)")
        return {}
    inferno = programs(cache)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {}
    for hot in HOT:
        with tools.gateway(hot.config, keys_ahead=hot.name == "nova-create") as gateway:
            tools.run_load(gateway.url, calls.Nova(gateway.url).import_(), count=1_000, first=0)
            requests = hot.requests(gateway.url)
            create = hot.name == "nova-create"
            if create:
                await_keys(gateway, 512)
            options = {"first": 0 if hot.name == "tencent-import" else 10_000}
            options |= {"count": 512} if create else {"seconds": SECONDS + 0.5}
            load = threading.Thread(target=lambda: tools.run_load(gateway.url, requests, **options))
            data = tools.work / f"{hot.name}.perf"
            record = subprocess.Popen(
                [perf, "record", "--quiet", "--event", "cpu-clock", "--freq", "2999" if create else "499",
                 "--call-graph", "dwarf,16384", "--pid", str(gateway.pid), "--output", data,
                 "--", "sleep", str(2 * ATTACH if create else SECONDS)])
            time.sleep(ATTACH)
            load.start()
            failed = record.wait() != 0
            load.join()
        if failed:
            print("no flame graphs: `perf record` is not permitted here")
            return {}
        file = folder / f"{hot.name}.svg"
        file.write_bytes(graph(perf, inferno, data, hot.title))
        drawn[file.name] = hot.title
    return drawn


def programs(cache: pathlib.Path) -> pathlib.Path:
    """The tools that fold and draw."""
    root = cache / f"inferno-{INFERNO}"
    if not (root / "bin/inferno-flamegraph").exists():
        command = ["cargo", "install", "--quiet", "--locked", "--root", root, "inferno", "--version", INFERNO]
        subprocess.run(command, check=True)
    return root / "bin"


def graph(perf: str, inferno: pathlib.Path, data: pathlib.Path, title: str) -> bytes:
    # Without the lines of inlined code: looking those up takes minutes.
    script = subprocess.run([perf, "script", "--no-inline", "--input", data], check=True, capture_output=True).stdout
    folded = subprocess.run([inferno / "inferno-collapse-perf"], input=script, check=True, capture_output=True).stdout
    # The threads that fill pools are not the call.
    lines = [line for line in folded.splitlines() if line.startswith(b"tokio-")]
    command = [inferno / "inferno-flamegraph", "--title", title, "--minwidth", "0.4", "--hash"]
    return subprocess.run(command, input=b"\n".join(lines), check=True, capture_output=True).stdout
