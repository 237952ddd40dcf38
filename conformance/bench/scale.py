"""What a get and a page cost when there are many key pairs, in one tenant and in many."""

from __future__ import annotations

import tempfile
import typing

import calls
from throughput import UNLIMITED
from workbench import Process, Row, Tools, free_port, resident_mib

TENANTS = 10_000
SIZES = (1, 1_000, 100_000, 1_000_000)
# A get may cost a logarithm more with more key pairs, and misses of the processor's caches.
MOST = 2.0


def rows(tools: Tools) -> typing.Iterator[Row]:
    sizes = tuple(size for size in SIZES if size <= tools.largest)
    yield from in_store(tools, "memory", ["--store", "memory"], sizes)
    with tempfile.TemporaryDirectory(dir=tools.work) as folder:
        yield from in_store(tools, "redb", ["--store", f"redb:{folder}"], sizes)
    port = free_port()
    server = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
              "--dir", tools.work]
    with Process(server, port):
        yield from in_store(tools, "Redis", ["--store", f"redis://127.0.0.1:{port}"], sizes)


def in_store(tools: Tools, store: str, arguments: list[str], sizes: tuple[int, ...]) -> typing.Iterator[Row]:
    with tools.gateway(UNLIMITED, *arguments) as gateway:
        admin = calls.Nova(gateway.url, "admin")
        empty, held, first = resident_mib(gateway.pid), 0, {}
        for size in sizes:
            tools.run_load(gateway.url, admin.import_(), count=size - held, first=held)
            held = size
            # Everywhere among the names, so that no cache holds what is looked for.
            spots = [held * part // 997 for part in range(997)]
            gets = [admin.get(f"k{spot:010}") for spot in spots]
            pages = [admin.page(f"k{spot:010}", 20) for spot in spots if spot + 20 < held] or [admin.page(None, 20)]
            yield from costs(tools, gateway, store, f"{held:,} in one tenant".replace(",", " "), gets, pages, first)
            if store == "memory" and held >= 100_000:
                yield memory(resident_mib(gateway.pid) - empty, held)
        yield from many_tenants(tools, gateway, store, admin, first)


def many_tenants(tools: Tools, gateway, store: str, admin: calls.Nova, first: dict) -> typing.Iterator[Row]:
    imports = [admin.import_(f"user{number}") for number in range(TENANTS)]
    tools.run_load(gateway.url, imports, count=10 * TENANTS, first=0)
    users = range(0, TENANTS, 10)
    gets = [admin.get(f"k{user:010}", f"user{user}") for user in users]
    yield from costs(tools, gateway, store, f"10 each in {TENANTS:,} tenants".replace(",", " "), gets, None, first)


def costs(tools: Tools, gateway, store: str, where: str, gets, pages, first: dict) -> typing.Iterator[Row]:
    for what, requests in (("get", gets), ("page of 20", pages)):
        if requests is None:
            continue
        seen = tools.run_load(gateway.url, requests, connections=4, seconds=1.5, first=0).p50_ms * 1e3
        base = first.setdefault(what, seen)
        # A page of one key pair is no page: the first full one is what others are held against.
        if what == "page of 20" and where.startswith("1 in"):
            del first[what]
            continue
        ratio = seen / base
        yield Row("scale", f"{what}, {store}, {where}", f"{seen:.0f} µs median", f"smallest: {base:.0f} µs", ratio,
                  f"≤ {MOST:g}", ratio <= MOST)


def memory(grown_mib: float, held: int) -> Row:
    # A key pair is its name, its line, two identifiers of other dialects, a seed, a number, two times.
    name, line, ids, numbers = 11, len(calls.ED25519), 36 + 13, 16 + 8 + 2 * 12
    must = name + line + ids + numbers
    each = grown_mib * 2**20 / held
    return Row("scale", f"memory for each of {held:,} key pairs".replace(",", " "), f"{each:.0f} bytes",
               f"must hold: {must} bytes", each / must, "≤ 1.5", each / must <= 1.5)
