"""The `nova` command, which takes the newest version that it and the server know (2.96)."""

import os
import pathlib
import subprocess
import sys

import pytest

from conftest import DEMO_USER_ID, PASSWORD

NOVA = pathlib.Path(sys.executable).parent / "nova"


@pytest.fixture
def nova(cloud, tmp_path):
    """Runs the command; gives its exit code and what it printed."""

    def run(*words: str) -> tuple[int, str]:
        settings = {
            "OS_AUTH_URL": cloud.auth_url,
            "OS_USERNAME": "demo",
            "OS_PASSWORD": PASSWORD,
            "OS_PROJECT_NAME": "demo",
            "OS_USER_DOMAIN_ID": "default",
            "OS_PROJECT_DOMAIN_ID": "default",
            "OS_REGION_NAME": "RegionOne",
            "HOME": str(tmp_path),
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        ran = subprocess.run(
            [NOVA, *words],
            env={**kept, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        assert "processed by a Nova API which does not support microversions" not in ran.stdout
        return ran.returncode, ran.stdout

    return run


def test_a_key_pair_comes_and_goes(nova, name, open_ssh, tmp_path):
    public_key = open_ssh.new_public_key("-t", "ed25519")
    file = tmp_path / "key.pub"
    file.write_text(public_key)
    assert nova("keypair-add", "--pub-key", str(file), name)[0] == 0
    assert open_ssh.fingerprint(public_key) in nova("keypair-list")[1]
    code, shown = nova("keypair-show", name)
    assert code == 0 and f"Public key: {public_key}" in shown and DEMO_USER_ID in shown
    assert nova("keypair-delete", name)[0] == 0
    code, text = nova("keypair-delete", name)
    assert code == 1
    assert f"ERROR (NotFound): Keypair {name} not found for user {DEMO_USER_ID} (HTTP 404)" in text


def test_an_older_version_gives_a_private_key(nova, name):
    code, text = nova("--os-compute-api-version", "2.91", "keypair-add", name)
    assert code == 0 and "-----BEGIN RSA PRIVATE KEY-----\n" in text
    assert nova("keypair-delete", name)[0] == 0


def test_limits_quotas_and_versions_are_shown(nova):
    code, text = nova("limits")
    assert code == 0 and ["Keypairs", "-", "100"] in cells(text)
    code, text = nova("quota-show")
    assert code == 0 and ["key_pairs", "100"] in cells(text)
    code, text = nova("version-list")
    assert code == 0 and ["v2.1", "CURRENT", "2013-07-23T11:33:21Z", "2.1", "2.104"] in cells(text)


def cells(table: str) -> list[list[str]]:
    """The rows of a table, as lists of words."""
    rows = (line.strip("|").split("|") for line in table.splitlines() if line.startswith("|"))
    return [[cell.strip() for cell in row] for row in rows]
