#!/usr/bin/env python3
"""Proves that a further dialect needs its folder and two lines, and nothing else.

Copies the workspace, puts the testkit's toy dialect below `dialects/`, adds one line to the gateway's
manifest and one to its list, builds, and talks to the toy and to a real dialect.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import urllib.request

from gateway import Gateway

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "target"
COPY = TARGET / "fifth-dialect"


def add_line(file: pathlib.Path, after: str, line: str) -> None:
    """Adds one line behind the one that starts with `after`."""
    lines = file.read_text().splitlines()
    place = next(number for number, text in enumerate(lines) if text.strip().startswith(after))
    lines.insert(place + 1, line)
    file.write_text("\n".join(lines) + "\n")


def main() -> int:
    shutil.rmtree(COPY, ignore_errors=True)
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    for name in files:
        if (ROOT / name).exists():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)

    shutil.copytree(COPY / "crates/dialect-testkit/tests/toy", COPY / "dialects/toy")
    gateway = COPY / "crates/gateway"
    add_line(gateway / "Cargo.toml", "orange = ", 'toy = { path = "../../dialects/toy" }')
    add_line(gateway / "src/front_ends.rs", "kind::<orange::", "    kind::<toy::Toy>(),")

    subprocess.run(
        ["cargo", "build", "--offline", "--package", "gateway", "--target-dir", TARGET],
        cwd=COPY, check=True)
    with Gateway(TARGET / "debug/keyglot") as running:
        with urllib.request.urlopen(running.url + "/toy/") as answer:
            assert answer.status == 200, answer.status
        with urllib.request.urlopen(running.url + "/locksmith/v1/keystores") as answer:
            assert b"success" in answer.read()
    shutil.rmtree(COPY)
    print("a fifth dialect needed its folder and two lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
