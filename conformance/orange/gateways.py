"""Gateways in the states that errors come from: set up narrowly, full, without their store, with a
damaged store."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from errors import API_KEY, EXPIRED_TOKEN, PROJECT, TOKEN
from gateway import Gateway

BINARY = os.environ["KEYGLOT_BINARY"]

# None of them makes keys ahead: hardly any is asked for one.
NO_POOL = """
[keygen.pool]
rsa_2048 = 0
rsa_4096 = 0
"""

STRICT = f"""
[orange]
zones = ["zone-1"]
quota = 0
[orange.auth]
mode = "strict"
tokens = [
  {{ token = "{TOKEN}", name = "demo" }},
  {{ token = "{EXPIRED_TOKEN}", name = "old", expires_at = "2020-01-01T00:00:00Z" }},
]
api_keys = [{{ key = "{API_KEY}", name = "demo-siu" }}]
"""

SLOW = """
[limits.rate]
read = 1
write = 1
"""

FULL = """
[limits]
max_in_flight = 1
body_timeout = 600
call_timeout = 600
"""


@contextlib.contextmanager
def all_of_them(plain: str, folder: pathlib.Path, key: str) -> Iterator[dict[str, str]]:
    """Their addresses by name; `plain` is the one that is there already."""
    with contextlib.ExitStack() as stack:
        yield {
            "plain": plain,
            "strict": stack.enter_context(configured(folder / "strict.toml", STRICT)),
            "slow": stack.enter_context(configured(folder / "slow.toml", SLOW)),
            "full": stack.enter_context(_full(folder / "full.toml")),
            "away": stack.enter_context(_away(folder)),
            "broken": stack.enter_context(_broken(folder, key)),
        }


@contextlib.contextmanager
def configured(file: pathlib.Path, text: str, *arguments: str) -> Iterator[str]:
    """A gateway with these settings, and a store if it is not to be the one in memory."""
    file.write_text(text + NO_POOL)
    with Gateway(BINARY, *arguments, config=file) as gateway:
        yield gateway.url


@contextlib.contextmanager
def _full(file: pathlib.Path) -> Iterator[str]:
    """Its only place is taken by a call whose body never comes."""
    with configured(file, FULL) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port)) as connection:
            head = (
                f"POST /v1/projects/{PROJECT}/zones/zone-1/keypairs HTTP/1.1\r\nHost: a\r\n"
                f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
                "Content-Length: 10\r\n\r\n"
            )
            connection.sendall(head.encode())
            until = time.monotonic() + 20
            while _status(url) != 503:
                assert time.monotonic() < until, "the gateway did not fill up"
                time.sleep(0.02)
            yield url


@contextlib.contextmanager
def _away(folder: pathlib.Path) -> Iterator[str]:
    """Its Redis was there when it started, and is no more."""
    port = _free_port()
    with contextlib.ExitStack() as stack:
        with _redis(port, folder):
            url = stack.enter_context(_on_redis(port, folder))
        yield url


@contextlib.contextmanager
def _broken(folder: pathlib.Path, key: str) -> Iterator[str]:
    """What its Redis holds of a key pair is no record any more."""
    port = _free_port()
    with _redis(port, folder), _on_redis(port, folder) as url:
        path = f"{url}/v1/projects/{PROJECT}/zones/zone-1/keypairs"
        body = {"name": "broken", "publicKey": key}
        authorization = {"Authorization": f"Bearer {TOKEN}"}
        assert httpx.post(path, json=body, headers=authorization).status_code == 201
        damage = """
            for _, key in ipairs(redis.call('KEYS', '*')) do
                if redis.call('TYPE', key).ok == 'hash' then
                    for _, field in ipairs(redis.call('HKEYS', key)) do
                        local value = redis.call('HGET', key, field)
                        if #value > 100 then redis.call('HSET', key, field, '{') end
                    end
                end
            end"""
        subprocess.run(["redis-cli", "-p", str(port), "EVAL", damage, "0"], check=True,
                       stdout=subprocess.DEVNULL)
        assert _status(url) == 500, "the record is not damaged"
        yield url


def _on_redis(port: int, folder: pathlib.Path):
    return configured(folder / "redis.toml", "", "--store", f"redis://127.0.0.1:{port}/0")


@contextlib.contextmanager
def _redis(port: int, folder: pathlib.Path) -> Iterator[None]:
    for program in ("redis-server", "redis-cli"):
        if shutil.which(program) is None:
            pytest.fail(f"{program} is missing")
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
               "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while subprocess.run(["redis-cli", "-p", str(port), "PING"], capture_output=True).returncode:
            assert time.monotonic() < until, "redis-server does not answer"
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _status(url: str) -> int:
    path = f"{url}/v1/projects/{PROJECT}/zones/zone-1/keypairs"
    return httpx.get(path, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60).status_code
