"""Programs that judge what the gateway answers: OpenSSH, OpenSSL, curl."""

from __future__ import annotations

import subprocess


def run(*command, text: str | None = None, **options) -> str:
    """What a program prints on standard output; it must succeed."""
    ran = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=120, **options)
    assert ran.returncode == 0, f"{command}: {ran.stdout}{ran.stderr}"
    return ran.stdout
