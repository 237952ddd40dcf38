"""Keys that are made while callers wait, against the library that Nova calls; and what that costs
everybody else."""

from __future__ import annotations

import os
import pathlib
import statistics
import subprocess
import threading
import typing

import calls
from throughput import UNLIMITED
from workbench import Load, Row, Tools, compare

MAKER = pathlib.Path(__file__).with_name("cryptography_keys.py")
CORES = os.cpu_count() or 1
DRAINED = f"[keygen]\nthreads = {CORES}\nqueue = 1024\n"


def cryptography(tools: Tools, bits: int, seconds: float) -> Load:
    """As many processes as cores, each making one key after the other."""
    command = [tools.python, MAKER, str(bits), str(seconds)]
    makers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(CORES)]
    rate = sum(float(maker.communicate()[0]) for maker in makers)
    return Load(rate, seconds, 0, 0, 0)


def rows(tools: Tools) -> typing.Iterator[Row]:
    for bits, seconds, at_least in ((2048, 8.0, 0.75), (4096, 20.0, 0.55)):
        config = UNLIMITED + f"rsa_bits = {bits}\n" + DRAINED
        names = iter(range(1, 1 << 30))
        with tools.gateway(config) as gateway:

            def creates():
                run = next(names)
                signed = [calls.tencent("CreateKeyPair", KeyName=f"r{run}x{n}", ProjectId=0) for n in range(2000)]
                return tools.run_load(gateway.url, signed, seconds=seconds, connections=16, first=0,
                                      forbid='"Error"')

            yield compare(tools, "generation", f"create RSA {bits}, pool drained, all cores (16 connections)", creates,
                          lambda: cryptography(tools, bits, seconds), "cryptography", at_least, pairs=3)
    yield from neighbours(tools)


def neighbours(tools: Tools) -> typing.Iterator[Row]:
    """How long a get takes while keys are made, against the same gateway at rest."""
    ahead = ("[keygen.pool]\nrsa_2048 = 60000\nrsa_4096 = 0\n", True, None)
    ahead_flat_out = ("[keygen.pool]\nrsa_2048 = 60000\nrsa_4096 = 0\nduty_percent = 100\n", True, None)
    callers = ("[keygen]\nqueue = 1024\n", False, 8)
    for what, (config, keys_ahead, creators) in (
        ("pool filled as set by default", ahead), ("pool filled flat out", ahead_flat_out),
        ("8 callers creating, pool drained", callers),
    ):
        with tools.gateway(UNLIMITED) as quiet, tools.gateway(UNLIMITED + config, keys_ahead=keys_ahead) as busy:
            gets = []
            for gateway in (quiet, busy):
                user = calls.Nova(gateway.url)
                tools.run_load(gateway.url, user.import_(), count=10_000, first=0)
                gets.append(user.get("k0000005000"))
            spread, seen, base = [], [], []
            for number in range(tools.pairs):
                at_rest = tools.run_load(quiet.url, gets[0])
                with Creators(tools, busy.url, creators, number):
                    making = tools.run_load(busy.url, gets[1])
                base.append(at_rest.p99_ms)
                seen.append(making.p99_ms)
                spread.append(making.p99_ms / at_rest.p99_ms)
        ratio = statistics.median(spread)
        yield Row("generation", f"p99 of get, 64 connections, {what}", f"{statistics.median(seen):.2f} ms",
                  f"at rest: {statistics.median(base):.2f} ms", ratio, "≤ 2", ratio <= 2, spread)


class Creators:
    """Callers that create key pairs in the background."""

    def __init__(self, tools: Tools, url: str, connections: int | None, number: int):
        self._thread = None
        if connections:
            create = calls.Nova(url).create()
            first = 1_000_000 * (number + 1)
            self._thread = threading.Thread(target=lambda: tools.run_load(
                url, create, connections=connections, seconds=3.0, first=first))

    def __enter__(self):
        if self._thread:
            self._thread.start()

    def __exit__(self, *_):
        if self._thread:
            self._thread.join()
