"""Programs that judge what the gateway answers: OpenSSH, OpenSSL, curl."""

from __future__ import annotations

import importlib
import os
import pathlib
import subprocess
import sys


def run(*command, text: str | None = None, **options) -> str:
    """What a program prints on standard output; it must succeed."""
    ran = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=120, **options)
    assert ran.returncode == 0, f"{command}: {ran.stdout}{ran.stderr}"
    return ran.stdout


def generated_client(document: bytes, package: str, folder: pathlib.Path, config: str = ""):
    """The package that openapi-python-client makes of a description, below an empty folder."""
    description, settings = folder / "description.json", folder / "config.yml"
    description.write_bytes(document)
    settings.write_text(config or "{}\n")
    # The generator tidies up with ruff, which lies beside the interpreter.
    path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run(
        *(sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"),
        *("--meta", "none", "--path", str(description), "--config", str(settings)),
        *("--output-path", str(folder / package)),
        cwd=folder,
        env={**os.environ, "PATH": path},
    )
    sys.path.insert(0, str(folder))
    return importlib.import_module(package)
