"""Reads the dialect's golden files, as far as a description can be held against them."""

from __future__ import annotations

import dataclasses
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "dialects/locksmith/tests/golden"


@dataclasses.dataclass
class Exchange:
    """A request and the answer to it."""

    place: str
    directives: list[str]
    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self):
        return json.loads(self.body)


def _headers(lines: list[str]) -> dict[str, str]:
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _exchange(place: str, text: str) -> Exchange:
    request, _, answer = text.partition("\n=== ")
    lines = request.splitlines()
    directives = [line for line in lines if line.startswith("#")]
    method, target = next(line for line in lines if not line.startswith("#")).split(" ", 1)
    head, _, body = answer.partition("\n\n")
    status, *headers = head.splitlines()
    if body.startswith("@hex "):
        body = bytes.fromhex(body.removeprefix("@hex ").strip()).decode()
    return Exchange(
        place, directives, method, target.partition("?")[0], int(status), _headers(headers),
        body,
    )


def exchanges() -> list[Exchange]:
    """Every exchange of every golden file."""
    found = []
    for file in sorted(FOLDER.rglob("*.http")):
        for number, text in enumerate(file.read_text().removesuffix("\n").split("\n---\n")):
            found.append(_exchange(f"{file.relative_to(FOLDER)}#{number + 1}", text))
    return found
