"""Looks for secrets in what a gateway has written, in every form that they could have there."""

from __future__ import annotations

import base64
import json
import pathlib
import urllib.parse

import redis
from cryptography.hazmat.primitives import serialization

# Shorter pieces could turn up by chance.
SHORTEST = 12


def _base64(secret: bytes) -> list[bytes]:
    """What of a secret is the same in every base64 text that holds it, whatever stands before it."""
    found = []
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret)
        # The first and last characters are made of neighbours too.
        found.append(encoded[4 if shift else 0:][:-4])
    return [one for text in found for one in (text, text.translate(bytes.maketrans(b"+/", b"-_")))]


def forms(secret: bytes) -> set[bytes]:
    """A secret as it is, in hex, base64, percent-encoded, escaped for JSON and by Rust."""
    found = [secret, secret.hex().encode(), secret.hex().upper().encode(), *_base64(secret)]
    quoted = urllib.parse.quote_from_bytes(secret).encode()
    found += [quoted, quoted.lower()]
    # A list of numbers, as a forgotten Debug prints bytes.
    found.append(", ".join(map(str, secret)).encode())
    try:
        found.append(json.dumps(secret.decode())[1:-1].encode())
    except UnicodeDecodeError:
        pass
    return {form for form in found if len(form) >= SHORTEST}


class Secrets:
    """Everything that must not turn up, by what it is."""

    def __init__(self):
        self._forms: dict[bytes, str] = {}

    def add(self, what: str, secret: str | bytes) -> None:
        secret = secret.encode() if isinstance(secret, str) else secret
        assert len(secret) >= SHORTEST, f"{what} is too short to be looked for"
        for form in forms(secret):
            self._forms[form] = what

    def add_private_key(self, what: str, text: str) -> None:
        """Looks for the key's numbers, and for its text piece by piece."""
        data = text.encode()
        if "OPENSSH" in text:
            key = serialization.load_ssh_private_key(data, None)
        elif "-----" in text:
            key = serialization.load_pem_private_key(data, None)
        else:
            key = serialization.load_der_private_key(base64.b64decode(data, validate=True), None)
        numbers = key.private_numbers()
        for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp"):
            number = getattr(numbers, name)
            whole = number.to_bytes((number.bit_length() + 7) // 8, "big")
            # Any part is bad enough, and base64 text may be broken into lines.
            for start in range(0, len(whole) - 24, 24):
                self.add(f"{name} of {what}", whole[start:start + 24])
        lines = text.splitlines()
        if len(lines) == 1:
            return self.add_text(what, text)
        for line in lines[len(lines) // 2:-1]:
            if len(line) >= SHORTEST:
                self.add(f"a line of {what}", line)

    def add_text(self, what: str, text: str) -> None:
        """Looks for the later part of a text piece by piece: the former may be of the public half."""
        for start in range(len(text) // 2, len(text) - 40, 40):
            self.add(f"a piece of {what}", text[start:start + 40])

    def __len__(self):
        return len(set(self._forms.values()))

    def found_in(self, haystack: bytes) -> set[str]:
        """What of it is there."""
        return {what for form, what in self._forms.items() if form in haystack}


def file_bytes(folder: pathlib.Path) -> bytes:
    """All files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return b"\n".join(path.read_bytes() for path in files)


def redis_bytes(url: str) -> bytes:
    """Every key of a Redis and everything in it."""
    client = redis.Redis.from_url(url)
    readers = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
    }
    pieces: list[bytes] = []

    def collect(value) -> None:
        if isinstance(value, bytes):
            pieces.append(value)
        elif isinstance(value, dict):
            for pair in value.items():
                collect(pair)
        elif isinstance(value, (list, tuple, set)):
            for item in value:
                collect(item)

    for key in client.scan_iter():
        # A kind of value that nobody reads here must not hide one.
        collect((key, readers[client.type(key)](key)))
    return b"\n".join(pieces)
