"""The README's calls work as they stand, and OpenSSH and OpenSSL accept the keys that come back."""

import base64
import json
import os
import pathlib
import re

import pytest
from programs import run

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
HOST = os.environ["KEYGLOT_URL"].removeprefix("http://")


def calls():
    """The shell blocks that call the gateway, by the heading before each."""
    text = README.read_text()
    found = re.findall(r"\*\*(\w+)\*\*[^\n]*\n\n```sh\n(.*?)```", text, re.DOTALL)
    return [pytest.param(name, block, id=name) for name, block in found if "curl" in block]


def key_pair(dialect, answer):
    """The private key as PEM, and the public key as the dialect shows it."""
    if dialect == "Locksmith":
        halves = answer["key_pair"]
        return (base64.b64decode(halves["private_key"]).decode(),
                base64.b64decode(halves["public_key"]).decode())
    if dialect == "Nova":
        return answer["keypair"]["private_key"], answer["keypair"]["public_key"]
    if dialect == "Tencent":
        pair = answer["Response"]["KeyPair"]
        return pair["PrivateKey"], pair["PublicKey"]
    body = re.sub("(.{64})", r"\1\n", answer["privateKey"]).rstrip()
    return (f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n",
            answer["publicKey"])


def test_every_dialect_has_a_call():
    assert [call.id for call in calls()] == ["Locksmith", "Nova", "Tencent", "Orange"]


@pytest.mark.parametrize("dialect, block", calls())
def test_a_call_gives_a_key_pair_that_openssh_accepts(dialect, block, tmp_path):
    answer = json.loads(run("bash", "-euo", "pipefail", "-c", block.replace("127.0.0.1:8080", HOST)))
    private, public = key_pair(dialect, answer)
    file = tmp_path / "key"
    file.write_text(private)
    file.chmod(0o600)
    assert "RSA key ok" in run("openssl", "rsa", "-in", file, "-check", "-noout")
    derived = run("ssh-keygen", "-y", "-f", file).split()[:2]
    if public.startswith("-----"):
        theirs = run("openssl", "rsa", "-RSAPublicKey_in", "-modulus", "-noout", text=public)
        ours = run("openssl", "rsa", "-in", file, "-modulus", "-noout")
        assert theirs == ours
    else:
        assert public.split()[:2] == derived
    if dialect == "Nova":
        line = tmp_path / "key.pub"
        line.write_text(public)
        listed = run("ssh-keygen", "-E", "md5", "-lf", line)
        assert answer["keypair"]["fingerprint"] == listed.split()[1].removeprefix("MD5:")
