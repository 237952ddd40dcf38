"""Requests that schemathesis makes from the description, good and bad: every answer to them must be
one that the description has."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# The same requests in each run, unless another seed is asked for.
SEED = os.environ.get("KEYGLOT_SCHEMATHESIS_SEED", "1")
ENOUGH = 2000
# Not among them: `positive_data_acceptance`, because rules beyond schemas (a taken name, a text that
# is no public key) refuse what a schema permits.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
)


def test_every_answer_is_described(url, answered, tmp_path):
    key = tmp_path / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "rsa", "-b", "3072", "-N", "", "-C", "", "-f", str(key)], check=True
    )
    before = answered()
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi/orange.json",
        "--checks", ",".join(CHECKS), "--max-examples", "280", "--seed", SEED,
        "--continue-on-failure", "--generation-database", "none",
        "--suppress-health-check", "all", "--warnings", "off",
        "--generation-with-security-parameters", "false",
        "--header", "Authorization: Bearer keyglot-demo-token",
    ]
    variables = {
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
        "ORANGE_PUBLIC_KEY": str(key.with_suffix(".pub")),
    }
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout[-20_000:]
    sent = answered() - before
    assert sent >= ENOUGH, f"only {sent} requests were answered"
