"""Start and memory."""

from __future__ import annotations

import statistics
import time
import typing

import calls
from throughput import UNLIMITED
from workbench import Row, Tools, resident_mib


def rows(tools: Tools) -> typing.Iterator[Row]:
    times = []
    for _ in range(20):
        started = time.perf_counter()
        gateway = tools.gateway()
        times.append((time.perf_counter() - started) * 1e3)
        gateway.stop()
    took = statistics.median(times)
    yield Row("footprint", "start to ready", f"{took:.0f} ms median", wanted="< 50 ms", reached=took < 50)
    with tools.gateway(keys_ahead=True) as gateway:
        time.sleep(1)
        idle = resident_mib(gateway.pid)
    yield Row("footprint", "resident memory, idle, pool filling", f"{idle:.1f} MiB", wanted="< 15 MiB", reached=idle < 15)
    with tools.gateway(UNLIMITED) as gateway:
        tools.run_load(gateway.url, calls.Nova(gateway.url).import_(), count=10_000)
        held = resident_mib(gateway.pid)
    yield Row("footprint", "resident memory with 10 000 key pairs", f"{held:.1f} MiB", wanted="< 30 MiB", reached=held < 30)
