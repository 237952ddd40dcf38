"""Suites in Go, Java and Node: each is run by its language's own test runner, on a gateway that
pytest started, and is one pytest case.

A folder below a suite holds such tests with their pinned dependencies: `go.mod` and `go.sum`,
`pom.xml`, or `package.json` and `package-lock.json`. The tests read the gateway's address from
`KEYGLOT_URL` and whatever else the caller passes. All that is downloaded or built stays below
`.cache/`.

A toolchain that this machine lacks leaves its clients out, and the runner's summary names them;
with CI=true it is a failure.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import subprocess

import pytest

CACHE = pathlib.Path(__file__).resolve().parent / ".cache"
PATIENCE = 1200  # seconds; the first run downloads


def require(program: str, client: str) -> str:
    """The program's path; without it the client is left out (with CI=true: fails)."""
    found = shutil.which(program)
    if found is None:
        text = f"left out: {client} ({program} is not installed)"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    return found


def run(command: list[str], folder: pathlib.Path, variables: dict[str, str]) -> str:
    """What a command prints; a failure shows all of it."""
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    if ran.returncode != 0:
        pytest.fail(f"{' '.join(command)} in {folder.name}: exit code {ran.returncode}\n{ran.stdout}")
    return ran.stdout


def go_tests(folder: pathlib.Path, client: str, **variables: str) -> None:
    """Runs `go test` on a module.

    As root the Go tools are run as another user: told to write to /dev/null they may replace the
    device.
    """
    go = require("go", client)
    caches = {name: CACHE / "go" / name.lower() for name in ("GOCACHE", "GOPATH", "GOTMPDIR")}
    for cache in caches.values():
        cache.mkdir(parents=True, exist_ok=True)
    command = [go, "test", "-count=1", "-json", "./..."]
    if os.geteuid() == 0:
        for cache in caches.values():
            shutil.chown(cache, "nobody", "nogroup")
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
    settings = {name: str(path) for name, path in caches.items()}
    settings |= {"GOFLAGS": "-mod=readonly -buildvcs=false", "HOME": settings["GOPATH"]}
    output = run(command, folder, settings | variables)
    events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    outcomes = [event["Action"] for event in events if event.get("Test")]
    assert outcomes.count("pass") > 0, f"no test ran:\n{output}"
    assert "skip" not in outcomes, f"a test was skipped:\n{output}"


def working_copy(folder: pathlib.Path) -> pathlib.Path:
    """A copy of a folder below the cache, where tools may write; one for each state of it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    copy = CACHE / f"{folder.parent.name}-{folder.name}-{digest.hexdigest()[:16]}"
    if not copy.exists():
        shutil.copytree(folder, copy)
    return copy


def npm_folder(folder: pathlib.Path, client: str) -> pathlib.Path:
    """A copy of a package with its locked dependencies installed."""
    npm = require("npm", client)
    copy = working_copy(folder)
    complete = copy / "node_modules" / ".complete"
    if not complete.exists():
        run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], copy, {})
        complete.touch()
    return copy


def node_tests(folder: pathlib.Path, client: str, **variables: str) -> None:
    """Runs the `*.test.mjs` files of a package by Node's own test runner."""
    node = require("node", client)
    copy = npm_folder(folder, client)
    files = sorted(str(path.relative_to(copy)) for path in copy.glob("*.test.mjs"))
    output = run([node, "--test", "--test-reporter=tap", *files], copy, variables)
    counts = dict(line[2:].split() for line in output.splitlines() if line.startswith(("# pass ", "# skipped ")))
    assert int(counts["pass"]) > 0, f"no test ran:\n{output}"
    assert int(counts["skipped"]) == 0, f"a test was skipped:\n{output}"


@contextlib.contextmanager
def alone(name: str):
    """One process at a time: suites run side by side, and Maven's repository is for one."""
    CACHE.mkdir(exist_ok=True)
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def maven_tests(folder: pathlib.Path, client: str, **variables: str) -> None:
    """Runs the tests of a Maven project."""
    maven = require("mvn", client)
    copy = working_copy(folder)
    repository = f"-Dmaven.repo.local={CACHE / 'maven'}"
    with alone("maven"):
        output = run([maven, "--batch-mode", "--no-transfer-progress", repository, "test"], copy, variables)
    summaries = [line for line in output.splitlines() if "Tests run:" in line]
    assert summaries, f"no test ran:\n{output}"
    assert "Skipped: 0" in summaries[-1], f"a test was skipped:\n{output}"
