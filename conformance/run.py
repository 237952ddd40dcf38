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
import venv
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


def run_suite(suite: pathlib.Path, binary: pathlib.Path, target: str | None) -> tuple[bool, list[str]]:
    """Runs one suite; whether all of it passed, and what was left out."""
    python = environment(suite)
    config = suite / "keyglot.toml"
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "gateway.log"
        variables = {**os.environ, "KEYGLOT_BINARY": str(binary), "PYTHONPATH": str(HERE)}
        gateway = None
        if target is None:
            gateway = Gateway(binary, config=config if config.exists() else None, log=log)
            variables |= {"KEYGLOT_URL": gateway.url, "KEYGLOT_ADMIN": gateway.admin}
        else:
            variables["KEYGLOT_URL"] = target
        report = pathlib.Path(folder) / "report.xml"
        options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        passed = subprocess.run(
            [python, "-m", "pytest", *options, str(suite)],
            env=variables,
            cwd=folder,
        ).returncode == 0
        if gateway is not None:
            code = gateway.stop()
            if code != 0:
                print(f"{suite.name}: the gateway ended with exit code {code}")
                passed = False
            if not passed:
                print(f"--- the gateway's log for {suite.name}, its last part")
                print("".join(log.read_text().splitlines(keepends=True)[-40:]))
        return passed, left_out(report)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, default=HERE.parent / "target/release/keyglot")
    parser.add_argument("suites", nargs="*", help="names of suites; all of them if none is named")
    arguments = parser.parse_args()
    found = {path.parent.name: path.parent for path in sorted(HERE.glob("*/requirements.txt"))}
    unknown = [name for name in arguments.suites if name not in found]
    if unknown:
        parser.error(f"no such suite: {', '.join(unknown)} (there are: {', '.join(found)})")
    CACHE.mkdir(exist_ok=True)
    outcomes, omissions = {}, []
    for name in arguments.suites or found:
        print(f"=== conformance: {name}", flush=True)
        started = time.monotonic()
        passed, omitted = run_suite(found[name], arguments.binary.resolve(), os.environ.get("KEYGLOT_TARGET"))
        outcomes[name] = passed
        omissions += [f"{name}: {what}" for what in omitted]
        print(f"=== {name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s")
    print("".join(f"conformance: not run: {what}\n" for what in omissions), end="")
    failed = [name for name, passed in outcomes.items() if not passed]
    print(f"conformance: {len(outcomes) - len(failed)} suites passed, {len(failed)} failed")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
