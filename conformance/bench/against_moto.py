"""The same jobs done by moto[server], a widely used stand-in for another cloud's key pairs."""

from __future__ import annotations

import typing

import calls
from throughput import UNLIMITED, await_keys, pool
from workbench import Process, Row, Tools, compare, free_port, per_second

NAME = "moto"
HELD = 10_000
# Its server spends a thread on each connection.
CONNECTIONS = 8


def rows(tools: Tools) -> typing.Iterator[Row]:
    port = free_port()
    command = [tools.python.with_name("moto_server"), "-H", "127.0.0.1", "-p", port]
    with Process(command, port) as moto, tools.gateway(pool(512), keys_ahead=True) as gateway:
        def theirs(call, **options):
            return tools.run_load(moto.url, call, connections=CONNECTIONS, **options)

        def ours(call, **options):
            return tools.run_load(gateway.url, call, connections=CONNECTIONS, **options)

        user = calls.Nova(gateway.url)
        theirs(calls.moto_import(), count=HELD, first=0)
        ours(user.import_(), count=HELD, first=0)
        tools.next_number = HELD
        yield compare(tools, "moto", "import", lambda: ours(user.import_()), lambda: theirs(calls.moto_import()), NAME, 30,
                      pairs=3)
        get = calls.moto("DescribeKeyPairs", **{"KeyName.1": "k0000005000"})
        yield compare(tools, "moto", "get one of 10 000", lambda: ours(user.get("k0000005000")), lambda: theirs(get), NAME,
                      30, pairs=3)
        everything = calls.moto("DescribeKeyPairs")
        # One at a time: theirs takes seconds.
        yield compare(tools, "moto", "list 10 000, one at a time",
                      lambda: tools.run_load(gateway.url, user.list(), connections=1, count=20),
                      lambda: tools.run_load(moto.url, everything, connections=1, count=2), NAME, pairs=3)

        def creates():
            await_keys(gateway, 512)
            return ours(user.create(), count=512)

        rsa = calls.moto("CreateKeyPair", KeyName=f"r{calls.NUMBER}")
        yield compare(tools, "moto", "create RSA 2048 (ours from the pool, 512 at once)", creates,
                      lambda: theirs(rsa, seconds=5.0), NAME, 50, pairs=3)
        ed25519 = theirs(calls.moto("CreateKeyPair", KeyName=f"e{calls.NUMBER}", KeyType="ed25519"))
        yield Row("moto", "create ed25519 (no dialect of ours generates it)", "–", f"{NAME}: {per_second(ed25519.rate)}")
