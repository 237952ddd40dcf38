#!/usr/bin/env python3
"""Drives real, unmodified clients against a running keyglot.

Every folder beside this file with a `requirements.txt` is a suite: its requirements go into an
environment of its own below `.cache/`, a fresh gateway is started for it (with the folder's
`keyglot.toml`, if it has one), and pytest runs its tests with

    KEYGLOT_URL      the gateway's address, http://127.0.0.1:PORT
    KEYGLOT_ADMIN    its admin listener's address
    KEYGLOT_BINARY   the binary, for tests that start gateways of their own (`import gateway`)

With KEYGLOT_TARGET set no gateway is started and the suites are pointed at that address.

Clients in other languages are run by pytest cases too (`toolchains.py`). Cases that were left out
are named in the end; with CI=true a missing toolchain fails.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing
import venv
from concurrent.futures import ThreadPoolExecutor, as_completed
from xml.etree import ElementTree

from gateway import Gateway

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE / ".cache"


def environment(suite: pathlib.Path) -> pathlib.Path:
    """The suite's Python, in an environment that holds just its pinned requirements."""
    requirements = suite / "requirements.txt"
    stamp = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = CACHE / f"venv-{suite.name}-{stamp}"
    python = folder / "bin" / "python"
    if not (folder / ".complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--requirement", requirements], check=True
        )
        (folder / ".complete").touch()
    return python


def left_out(report: pathlib.Path) -> list[str]:
    """What pytest's report says of cases that were not run."""
    if not report.exists():
        return []
    return sorted({skipped.get("message", "") for skipped in ElementTree.parse(report).iter("skipped")})


class Outcome(typing.NamedTuple):
    """What became of a suite."""

    passed: bool
    left_out: list[str]
    output: str
    seconds: float


def run_suite(suite: pathlib.Path, binary: pathlib.Path, target: str | None) -> Outcome:
    """Runs one suite."""
    started = time.monotonic()
    python = environment(suite)
    config = suite / "keyglot.toml"
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "gateway.log"
        variables = {**os.environ, "KEYGLOT_BINARY": str(binary), "PYTHONPATH": str(HERE)}
        gateway = None
        if target is None:
            shown = config if config.exists() else None
            gateway = Gateway(binary, config=shown, log=log, keys_ahead=True)
            variables |= {"KEYGLOT_URL": gateway.url, "KEYGLOT_ADMIN": gateway.admin}
        else:
            variables["KEYGLOT_URL"] = target
        report = pathlib.Path(folder) / "report.xml"
        options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        ran = subprocess.run(
            [python, "-m", "pytest", *options, str(suite)],
            env=variables,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        passed, output = ran.returncode == 0, ran.stdout
        if gateway is not None:
            code = gateway.stop()
            if code != 0:
                output += f"the gateway ended with exit code {code}\n"
                passed = False
            if not passed:
                output += f"--- the gateway's log for {suite.name}, its last part\n"
                output += "".join(log.read_text().splitlines(keepends=True)[-40:])
        return Outcome(passed, left_out(report), output, time.monotonic() - started)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, default=HERE.parent / "target/release/keyglot")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="suites at once")
    parser.add_argument("suites", nargs="*", help="names of suites; all of them if none is named")
    arguments = parser.parse_args()
    found = {path.parent.name: path.parent for path in sorted(HERE.glob("*/requirements.txt"))}
    unknown = [name for name in arguments.suites if name not in found]
    if unknown:
        parser.error(f"no such suite: {', '.join(unknown)} (there are: {', '.join(found)})")
    CACHE.mkdir(exist_ok=True)
    binary, target = arguments.binary.resolve(), os.environ.get("KEYGLOT_TARGET")
    outcomes: dict[str, Outcome] = {}
    # A suite waits for downloads, compilers and sleeping clients as often as it works.
    with ThreadPoolExecutor(arguments.jobs) as pool:
        running = {
            pool.submit(run_suite, found[name], binary, target): name
            for name in arguments.suites or found
        }
        for done in as_completed(running):
            name = running[done]
            outcome = outcomes[name] = done.result()
            word = "passed" if outcome.passed else "FAILED"
            print(f"=== conformance: {name}\n{outcome.output}=== {name}: {word} in {outcome.seconds:.0f} s", flush=True)
    for name, outcome in outcomes.items():
        for what in outcome.left_out:
            print(f"conformance: not run: {name}: {what}")
    failed = [name for name, outcome in outcomes.items() if not outcome.passed]
    print(f"conformance: {len(outcomes) - len(failed)} suites passed, {len(failed)} failed")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
