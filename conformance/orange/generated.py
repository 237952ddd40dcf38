"""Clients that openapi-generator and openapi-typescript make of the served description.

What is kept of each is a folder with its tests, its pinned dependencies and the generator's
options; the client itself is generated anew in each run, into a copy of that folder.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import sys

from toolchains import npm_folder, require, run, working_copy

HERE = pathlib.Path(__file__).resolve().parent
# Of what the generator can write, the client's sources are wanted and nothing around them.
PARTS = {"apis": "", "models": "", "supportingFiles": "", "apiTests": "false",
         "modelTests": "false", "apiDocs": "false", "modelDocs": "false"}
CLIENTS = {"go": "client", "java": "client", "typescript-fetch": "client"}


def by_openapi_generator(document: bytes, scratch: pathlib.Path) -> dict[str, pathlib.Path]:
    """The folders of all clients of openapi-generator, by name; one start of Java makes them all."""
    require("java", "clients made by openapi-generator")
    description = scratch / "orange.json"
    description.write_bytes(document)
    copies, jobs = {}, []
    for name, folder in CLIENTS.items():
        copy = npm_folder(HERE / name, name) if name.startswith("typescript") else working_copy(HERE / name)
        shutil.rmtree(copy / folder, ignore_errors=True)
        job = json.loads((HERE / name / "generator.json").read_text())
        job |= {"inputSpec": str(description), "outputDir": str(copy / folder), "globalProperties": PARTS}
        path = scratch / f"{name}.json"
        path.write_text(json.dumps(job))
        copies[name] = copy
        jobs.append(str(path))
    program = pathlib.Path(sys.executable).with_name("openapi-generator-cli")
    run([str(program), "batch", "--fail-fast", *jobs], scratch, {})
    return copies


def by_openapi_typescript(document: bytes) -> pathlib.Path:
    """The folder of the client whose types openapi-typescript makes."""
    copy = npm_folder(HERE / "openapi-fetch", "openapi-fetch")
    (copy / "orange.json").write_bytes(document)
    run([str(copy / "node_modules/.bin/openapi-typescript"), "orange.json", "--output", "schema.d.ts"], copy, {})
    return copy


def compile_typescript(copy: pathlib.Path) -> None:
    """Checks the types of tests and client, and writes what Node runs."""
    run([str(copy / "node_modules/.bin/tsc"), "--project", "."], copy, {})


def write_cases(copy: pathlib.Path, cases: list[dict]) -> None:
    """Puts the cases where the client's tests look for them."""
    path = copy / "cases.json"
    path.write_text(json.dumps(cases))
    os.chmod(path, 0o644)
