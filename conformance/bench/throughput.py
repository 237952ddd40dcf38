"""Calls against the ceiling of the HTTP stack: a hyper server that answers everything with the same
bytes, on the same cores with the same load."""

from __future__ import annotations

import re
import statistics
import time
import typing

import calls
from workbench import Process, Row, Tools, ask, compare, free_port, metric, per_second

UNLIMITED = "[nova]\nkey_pairs_quota = -1\n[tencent]\nquota = 1000000000\nrate_per_sec = 1000000\n"
HELD = 10_000
# More than two seconds can use up.
SIGNED = 120_000
POOL = 1024
CEILING = "fixed body"


def rows(tools: Tools) -> typing.Iterator[Row]:
    with Process([tools.fixed_body]) as ceiling:
        yield from nova(tools, ceiling.url)
        yield from tencent(tools, ceiling.url)
        yield from from_pool(tools, ceiling.url)
        yield from redis(tools, ceiling.url)


def nova(tools: Tools, ceiling: str) -> typing.Iterator[Row]:
    with tools.gateway(UNLIMITED) as gateway:
        user = calls.Nova(gateway.url)
        tools.run_load(gateway.url, user.import_(), count=HELD, first=0)
        get = user.get(f"k{HELD // 2:010}")
        yield compare(tools, "ceiling", "get one of 10 000, Nova, memory", lambda: tools.run_load(gateway.url, get),
                      lambda: tools.run_load(ceiling, get), CEILING, 0.60)
        yield listing(tools, gateway.url, user)
        tools.next_number = HELD
        yield compare(tools, "ceiling", "import, Nova, memory", lambda: tools.run_load(gateway.url, user.import_()),
                      lambda: tools.run_load(ceiling, user.import_()), CEILING, 0.60)


def listing(tools: Tools, url: str, user: calls.Nova) -> Row:
    seen = tools.run_load(url, user.list(), connections=1)
    return Row("ceiling", "list 10 000 key pairs, Nova, memory", f"{seen.p50_ms:.1f} ms median",
               wanted="< 25 ms", reached=seen.p50_ms < 25)


def tencent(tools: Tools, ceiling: str) -> typing.Iterator[Row]:
    signed = calls.tencent_imports(SIGNED)
    bad = '"Error"'

    def imports():
        # Each key and name goes into a server once.
        with tools.gateway(UNLIMITED) as fresh:
            return tools.run_load(fresh.url, signed, first=0, forbid=bad)

    yield compare(tools, "ceiling", "import, Tencent signed TC3, memory", imports,
                  lambda: tools.run_load(ceiling, signed, first=0), CEILING, 0.60)
    with tools.gateway(UNLIMITED) as gateway:
        tools.run_load(gateway.url, signed[:HELD], count=HELD, first=0, forbid=bad)
        by_name = [{"Name": "key-name", "Values": ["t5000"]}]
        found = ask(gateway.url, calls.tencent("DescribeKeyPairs", Filters=by_name))
        key_id = re.search(rb'"KeyId":"([^"]+)"', found).group(1).decode()
        get = calls.tencent("DescribeKeyPairs", KeyIds=[key_id])
        yield compare(tools, "ceiling", "get one of 10 000, Tencent signed TC3, memory",
                      lambda: tools.run_load(gateway.url, get, forbid=bad),
                      lambda: tools.run_load(ceiling, get), CEILING, 0.60)


def pool(size: int) -> str:
    return (UNLIMITED + f"[keygen]\nthreads = 2\n[keygen.pool]\nrsa_2048 = {size}\nrsa_4096 = 0\nthreads = 2\n"
            "duty_percent = 100\n")


def await_keys(gateway, size: int) -> None:
    while metric(gateway, "keyglot_keys_ready", algorithm="rsa", bits="2048") < size:
        time.sleep(0.2)


def from_pool(tools: Tools, ceiling: str) -> typing.Iterator[Row]:
    pairs, misses = [], 0
    with tools.gateway(pool(POOL), keys_ahead=True) as gateway:
        create = calls.Nova(gateway.url).create()
        warm_up = calls.Nova(gateway.url).page(None, 1)
        tools.run_load(gateway.url, calls.Nova(gateway.url).import_())
        for _ in range(3):
            await_keys(gateway, POOL)
            base = tools.run_load(ceiling, create, count=POOL, warm_up=warm_up)
            before = metric(gateway, "keyglot_keys_waited_total", algorithm="rsa", bits="2048")
            pairs.append((base, tools.run_load(gateway.url, create, count=POOL, warm_up=warm_up)))
            misses += metric(gateway, "keyglot_keys_waited_total", algorithm="rsa", bits="2048") - before
    spread = [case.rate / base.rate for base, case in pairs]
    ratio, tail = statistics.median(spread), statistics.median(case.p99_ms for _, case in pairs)
    rate = per_second(statistics.median(case.rate for _, case in pairs))
    base = per_second(statistics.median(base.rate for base, _ in pairs))
    case = f"create RSA 2048 from a filled pool ({POOL} at once)"
    yield Row("ceiling", case, f"{rate}, {misses:.0f} misses", f"{CEILING}: {base}", ratio, "≥ 0.5",
              ratio >= 0.5 and misses == 0, spread)
    yield Row("ceiling", f"{case}: p99", f"{tail:.2f} ms", wanted="< 5 ms", reached=tail < 5)
    yield burst(tools)


def burst(tools: Tools) -> Row:
    size, times, misses = 256, [], 0.0
    with tools.gateway(pool(size), keys_ahead=True) as gateway:
        create = calls.Nova(gateway.url).create()
        tools.run_load(gateway.url, calls.Nova(gateway.url).import_())
        for _ in range(3):
            await_keys(gateway, size)
            before = metric(gateway, "keyglot_keys_waited_total", algorithm="rsa", bits="2048")
            times.append(tools.run_load(gateway.url, create, count=size).seconds * 1e3)
            misses += metric(gateway, "keyglot_keys_waited_total", algorithm="rsa", bits="2048") - before
    took = statistics.median(times)
    return Row("ceiling", "burst of 256 creates on a full pool of 256", f"{took:.1f} ms, {misses:.0f} misses",
               wanted="< 60 ms", reached=took < 60 and misses == 0)


def redis(tools: Tools, ceiling: str) -> typing.Iterator[Row]:
    port = free_port()
    server = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
              "--dir", tools.work]
    with Process(server, port), tools.gateway(UNLIMITED, "--store", f"redis://127.0.0.1:{port}") as gateway:
        user = calls.Nova(gateway.url)
        yield compare(tools, "ceiling", "import, Nova, Redis on the same cores",
                      lambda: tools.run_load(gateway.url, user.import_()),
                      lambda: tools.run_load(ceiling, user.import_()), CEILING, 0.40)
