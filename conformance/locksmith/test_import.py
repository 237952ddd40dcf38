"""What Locksmith itself has stored is taken over. The files are made here as Locksmith makes them,
with other programs than the gateway's."""

import base64
import hashlib
import os
import pathlib
import subprocess

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from conftest import Server
from gateway import Gateway
from programs import run

BINARY = os.environ["KEYGLOT_BINARY"]
SEALING = "[sealing]\nkey = '{}'\n"


def locksmith_key(passphrase: str) -> bytes:
    inner = hashlib.md5(passphrase.encode()).hexdigest()
    return hashlib.sha1((passphrase + inner).encode()).hexdigest()[:32].encode()


def test_the_key_is_derived_as_recorded():
    assert locksmith_key("s3cr3t") == b"f06c8e577a7a6f8c898a219d22c340e3"


class DataFolder:
    """A data folder of Locksmith's."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        (folder / "keystores/default").mkdir(parents=True)
        (folder / "roots/example-labs").mkdir(parents=True)  # not of interest here

    def add(self, place: str, passphrase: str | None = None, private=True, bits=2048) -> dict:
        """Stores a key pair; what a read of it must give."""
        folder = self.folder / "keystores" / place
        folder.mkdir(parents=True)
        pem = run("openssl", "genrsa", "-traditional", str(bits))
        public = run("openssl", "rsa", "-RSAPublicKey_out", text=pem)
        (folder / "rsa.pub.pem").write_text(public)
        stored = pem
        if passphrase is not None:
            nonce = os.urandom(12)
            sealed = nonce + AESGCM(locksmith_key(passphrase)).encrypt(nonce, pem.encode(), None)
            stored = base64.b64encode(sealed).decode()
        if private:
            (folder / "rsa.priv.pem").write_text(stored)
            (folder / "rsa.priv.pem").chmod(0o400)
        encoded = lambda text: base64.b64encode(text.encode()).decode()
        return {"public_key": encoded(public), "private_key": encoded(pem)}


@pytest.fixture
def data(tmp_path):
    return DataFolder(tmp_path / "pki")


@pytest.fixture
def take_over(tmp_path, data):
    """Runs the import into a store; its exit code and what it prints."""
    config = tmp_path / "keyglot.toml"
    config.write_text(SEALING.format(os.urandom(32).hex()))

    def call(*options: str, store: str | None = None, settings=config):
        command = [BINARY, "import", "locksmith", str(data.folder), *options]
        command += ["--store", store or f"redb:{tmp_path / 'store'}"]
        if settings is not None:
            command += ["--config", str(settings)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
        return ran.returncode, ran.stdout, ran.stderr

    call.config = config
    call.serve = lambda: Gateway(BINARY, "--store", f"redb:{tmp_path / 'store'}", config=config)
    return call


def test_all_kinds_of_key_pairs_come_over(data, take_over, tmp_path):
    plain = data.add("default/plain")
    public_only = data.add("default/public-only", private=False)
    protected = data.add("example-labs/vdi-terminal", passphrase="s3cr3t", bits=4096)
    (data.folder / "keystores/empty").mkdir()
    passphrases = tmp_path / "passphrases.toml"
    passphrases.write_text('"example-labs/vdi-terminal" = "s3cr3t"\n')
    code, said, errors = take_over("--passphrases", str(passphrases))
    assert (code, errors) == (0, "")
    assert said == (
        "key pairs taken over: 3, 2 of them with a private key; there already: 0; refused: 0\n")
    for secret in (b"PRIVATE KEY", b"s3cr3t"):
        for file in (tmp_path / "store").rglob("*"):
            assert not file.is_file() or secret not in file.read_bytes()
    # A second run finds everything there.
    code, said, _ = take_over("--passphrases", str(passphrases))
    assert code == 0 and "taken over: 0, 0" in said and "there already: 3" in said

    with take_over.serve() as gateway:
        server = Server(gateway.url)
        get = lambda path: server.curl("/locksmith/v1/" + path).json
        assert get("keystores")["key_stores"] == ["default", "empty", "example-labs"]
        assert get("keys")["key_pairs"] == ["plain", "public-only"]
        assert get("key?key_pair_id=plain&passphrase=")["key_pair"] == plain
        read = get("key?key_pair_id=Public Only".replace(" ", "%20"))
        assert read["key_pair"] == {"public_key": public_only["public_key"]}
        assert get("key?key_pair_id=public-only&passphrase=")["status"] == "no-private-key"
        where = "key?key_pair_id=vdi-terminal&key_store_id=example-labs&passphrase="
        assert get(where + "s3cr3t")["key_pair"] == protected
        assert get(where + "no")["status"] == "private-key-decryption-error"


def test_nothing_is_taken_over_if_anything_cannot_be(data, take_over):
    data.add("default/good", private=False)
    data.add("default/locked", passphrase="s3cr3t")
    (data.folder / "keystores/default/README").write_text("x")
    (data.folder / "keystores/link").symlink_to("/etc")
    code, said, errors = take_over()
    assert (code, said) == (1, "")
    assert errors.splitlines()[0] == "keyglot: 3 cannot be taken over: nothing was taken over"
    assert sorted(errors.splitlines()[1:]) == [
        "keystores/default/README: this is no part of a key pair",
        "keystores/default/locked/rsa.priv.pem: this needs a passphrase, and none is given for it",
        "keystores/link: this is neither a file nor a folder",
    ]
    with take_over.serve() as gateway:
        assert Server(gateway.url).curl("/locksmith/v1/keys").status == "empty-key-store"

    code, said, errors = take_over("--skip-unreadable")
    assert code == 1
    assert "key pairs taken over: 1, 0 of them with a private key" in errors
    assert "refused: 3" in errors
    with take_over.serve() as gateway:
        assert Server(gateway.url).curl("/locksmith/v1/keys").json["key_pairs"] == ["good"]


def test_another_key_pair_of_the_same_name_stays(data, take_over):
    data.add("default/taken", private=False)
    with take_over.serve() as gateway:
        assert Server(gateway.url).post("/locksmith/v1/keys", {"key_pair_id": "taken"}).status == "success"
    code, _, errors = take_over()
    assert code == 1
    assert "keystores/default/taken: the store has another key pair of this name" in errors


def test_what_is_needed_is_said(data, take_over, tmp_path):
    data.add("default/plain")
    for options, settings, said in (
        ({"store": "memory"}, take_over.config, "key pairs in memory would be gone at once"),
        ({}, None, "sealing.key: is needed"),
    ):
        code, _, errors = take_over(settings=settings, **options)
        assert code == 2 and said in errors, errors
    other = tmp_path / "nothing-here"
    other.mkdir()
    ran = subprocess.run(
        [BINARY, "import", "locksmith", str(other), "--store", f"redb:{tmp_path / 'store'}"],
        capture_output=True, text=True)
    assert ran.returncode == 1 and "nothing-here/keystores: No such file" in ran.stderr
    ran = subprocess.run([BINARY, "import", "nova", str(other)], capture_output=True, text=True)
    assert ran.returncode == 2 and "no other program's files are known for `nova`" in ran.stderr
