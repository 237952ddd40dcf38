"""OpenStack's own clients, unmodified; keys are judged by OpenSSH."""

import base64
import contextlib
import logging
import os
import pathlib
import uuid

import openstack
import pytest
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3
from novaclient import client as nova_client

from gateway import Gateway
from programs import run

PASSWORD = "keyglot-demo"
DEMO_USER_ID = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0"
DEMO_PROJECT_ID = "0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"
COMPUTE = {"service_type": "compute", "region_name": "RegionOne"}
# The clients whose complaints fail a test.
CLIENTS = ("keystoneauth", "novaclient", "openstack")

# The accounts of a gateway with a small quota; `ci` is alice's application credential.
TEAM_ID = "7e0a7e0a7e0a7e0a7e0a7e0a7e0a7e0a"
CREDENTIAL_ID = "26bb287fd56a41f58a4d8a4b4d14fd1b"
CREDENTIAL_SECRET = "what the machines know"
TEAM = f"""
key_pairs_quota = 3
[[nova.projects]]
id = "{TEAM_ID}"
name = "team"
[[nova.users]]
id = "a11cea11cea11cea11cea11cea11cea1"
name = "alice"
password = "{PASSWORD}"
roles = {{ "{TEAM_ID}" = ["member"] }}
[[nova.application_credentials]]
id = "{CREDENTIAL_ID}"
name = "ci"
user = "a11cea11cea11cea11cea11cea11cea1"
project = "{TEAM_ID}"
secret = "{CREDENTIAL_SECRET}"
"""


class Cloud:
    """A gateway, as OpenStack's clients come to it."""

    def __init__(self, url: str):
        self.url = url
        self.auth_url = f"{url}/identity/v3"

    def session(self, user="demo", password=PASSWORD, **scope) -> keystone_session.Session:
        """A log-in with a password; by default into the project of the user's name."""
        scope = scope or {"project_name": user, "project_domain_id": "default"}
        auth = v3.Password(
            auth_url=self.auth_url,
            username=user,
            user_domain_id="default",
            password=password,
            **scope,
        )
        return keystone_session.Session(auth=auth)

    def nova(self, version="2.1", user="demo"):
        """novaclient at a microversion."""
        return nova_client.Client(version, session=self.session(user), region_name="RegionOne")

    def sdk(self, user="demo", password=PASSWORD, **settings):
        """openstacksdk, set up as by a `clouds.yaml`."""
        return openstack.connect(
            load_yaml_config=False,
            load_envvars=False,
            auth_url=self.auth_url,
            username=user,
            password=password,
            project_name=user,
            user_domain_id="default",
            project_domain_id="default",
            region_name="RegionOne",
            **settings,
        )


class OpenSsh:
    """Key files of a test, and what OpenSSH says of them."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder

    def _write(self, text: str) -> pathlib.Path:
        path = self.folder / uuid.uuid4().hex
        path.touch(mode=0o600)
        path.write_text(text)
        return path

    def new_public_key(self, *options: str) -> str:
        """The public half of a fresh key pair, in one line."""
        path = self.folder / uuid.uuid4().hex
        run("ssh-keygen", "-q", "-N", "", "-C", "me@example", *options, "-f", path)
        return path.with_suffix(".pub").read_text().strip()

    def new_certificate(self) -> tuple[str, str]:
        """A fresh certificate in PEM, and the SHA-1 fingerprint that OpenSSL gives it."""
        path = self.folder / uuid.uuid4().hex
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=me",
            "-keyout", path.with_suffix(".key"), "-out", path)
        return path.read_text(), self._sha1(path)

    def _sha1(self, certificate: pathlib.Path) -> str:
        shown = run("openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha1")
        return shown.strip().partition("=")[2].lower()

    def check_certificate(self, private_key: str, certificate: str, fingerprint: str) -> None:
        """All three are of one certificate and its RSA key of 2048 bits, in a PKCS#12 file under an
        empty password."""
        file = self.folder / uuid.uuid4().hex
        file.write_bytes(base64.b64decode(private_key, validate=True))
        unpack = ("openssl", "pkcs12", "-in", file, "-passin", "pass:")
        assert run(*unpack, "-nokeys").endswith(certificate)
        assert self._sha1(self._write(certificate)) == fingerprint
        key = self._write(run(*unpack, "-nocerts", "-nodes"))
        public = run("openssl", "pkey", "-in", key, "-pubout")
        assert public == run("openssl", "x509", "-in", self._write(certificate), "-noout", "-pubkey")
        assert run("openssl", "pkey", "-in", key, "-noout", "-text").startswith("Private-Key: (2048 bit")

    def fingerprint(self, public_key: str) -> str:
        """The MD5 fingerprint, in pairs of hex digits."""
        words = run("ssh-keygen", "-E", "md5", "-l", "-f", self._write(public_key)).split()
        return words[1].removeprefix("MD5:")

    def public_half(self, private_key: str) -> list[str]:
        """Type and base64 of the public key that belongs to a private one."""
        return run("ssh-keygen", "-y", "-f", self._write(private_key)).split()[:2]

    def check(self, private_key: str, public_key: str, fingerprint: str) -> None:
        """All three are of one RSA key of 2048 bits, in the forms that clients parse."""
        assert private_key.startswith("-----BEGIN RSA PRIVATE KEY-----\n")
        assert private_key.endswith("\n-----END RSA PRIVATE KEY-----\n")
        assert self.public_half(private_key) == public_key.split()[:2]
        assert self.fingerprint(public_key) == fingerprint
        listed = run("ssh-keygen", "-l", "-f", self._write(public_key))
        assert listed.startswith("2048 ") and listed.rstrip().endswith("(RSA)")


def pytest_configure(config):
    # The SDK warns of its own future only, in nearly every test.
    for line in ("error:::keystoneauth1", "error:::novaclient", "ignore:::openstack"):
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(autouse=True)
def no_client_complains(caplog):
    """A client that finds an answer odd logs a warning: no test may end with one."""
    yield
    complaints = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and record.name.startswith(CLIENTS)
    ]
    assert not complaints


@pytest.fixture(scope="session")
def cloud():
    """The gateway that all tests share; they keep out of each other's names."""
    return Cloud(os.environ["KEYGLOT_URL"])


@pytest.fixture
def name():
    """A name that no other test uses."""
    return f"key-{uuid.uuid4().hex}"


@pytest.fixture
def open_ssh(tmp_path):
    return OpenSsh(tmp_path)


@contextlib.contextmanager
def gateways(folder: pathlib.Path):
    """Starts gateways with a config section of the test's own, and stops them in the end."""
    if "KEYGLOT_TARGET" in os.environ:
        pytest.skip("needs a gateway of its own, and KEYGLOT_TARGET names another server")
    started = []

    def start(section: str) -> Cloud:
        config = folder / f"keyglot-{len(started)}.toml"
        config.write_text(f"[nova]\n{section}\n")
        started.append(Gateway(os.environ["KEYGLOT_BINARY"], config=config))
        return Cloud(started[-1].url)

    yield start
    for gateway in started:
        assert gateway.stop() == 0


@pytest.fixture
def own_cloud(tmp_path):
    """Starts a gateway with a config section of the test's own."""
    with gateways(tmp_path) as start:
        yield start


@pytest.fixture(scope="session")
def team(tmp_path_factory):
    """A gateway where the user alice has room for three key pairs, and an application credential."""
    with gateways(tmp_path_factory.mktemp("team")) as start:
        yield start(TEAM)


@pytest.fixture(scope="session")
def administered(tmp_path_factory):
    """A gateway whose administrators make users and projects while it runs."""
    with gateways(tmp_path_factory.mktemp("administered")) as start:
        yield start("identity = { admin = true }")
