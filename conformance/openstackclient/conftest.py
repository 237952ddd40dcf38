"""The `openstack` command, unmodified; keys are judged by OpenSSH.

Starting it takes a second or two, so tests have one process carry out many commands where it can,
and what is only set-up is done by the SDK that it comes with.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import uuid

import openstack.config
import openstack.connection
import pytest
import yaml

from gateway import Gateway
from programs import run

PASSWORD = "keyglot-demo"
DEMO_ID = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0"
ADMIN_ID = "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
COMMAND = pathlib.Path(sys.executable).parent / "openstack"


@dataclasses.dataclass
class Outcome:
    """What the command ended with; it may have carried out several."""

    code: int
    output: str
    errors: str

    @property
    def documents(self) -> list:
        """The JSON that it printed, and it complained of nothing."""
        assert not self.errors, self.errors
        decoder, found, rest = json.JSONDecoder(), [], self.output.lstrip()
        while rest:
            document, end = decoder.raw_decode(rest)
            found.append(document)
            rest = rest[end:].lstrip()
        return found

    def fails_with(self, *texts: str) -> None:
        """It told the user, in a line for each failure and in no more, why it failed."""
        assert self.code == 1, self.output
        lines = self.errors.splitlines()
        assert len(lines) == len(texts), self.errors
        for line, text in zip(lines, texts):
            assert text in line


class Cloud:
    """A gateway, and the users that a `clouds.yaml` has for it."""

    def __init__(self, url: str, folder: pathlib.Path):
        self.url = url
        self.folder = folder
        self.config = folder / f"clouds-{uuid.uuid4().hex}.yaml"
        clouds = {user: self._login(user) for user in ("demo", "demo2", "admin")}
        clouds["anyone"] = {
            "auth_type": "none",
            "auth": {"endpoint": f"{url}/compute/v2.1"},
            "identity_api_version": 3,
        }
        self.config.write_text(yaml.safe_dump({"clouds": clouds}))

    def _login(self, user: str) -> dict:
        auth = {
            "auth_url": f"{self.url}/identity/v3",
            "username": user,
            "password": PASSWORD,
            "project_name": user,
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        }
        return {"auth": auth, "region_name": "RegionOne"}

    def sdk(self, user="demo"):
        """The SDK as the same user."""
        clouds = openstack.config.OpenStackConfig(
            config_files=[str(self.config)], load_envvars=False)
        return openstack.connection.Connection(config=clouds.get_one(user))

    def run(self, *words: str, user="demo", settings=None, version=None, text="") -> Outcome:
        """Runs a command as a user of `clouds.yaml`, or with settings of the test's own; `version`
        is a microversion."""
        if settings is None:
            settings = {"OS_CLOUD": user, "OS_CLIENT_CONFIG_FILE": str(self.config)}
        if version is not None:
            settings = settings | {"OS_COMPUTE_API_VERSION": version}
        kept = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        ran = subprocess.run(
            [COMMAND, *words],
            cwd=self.folder,
            env={**kept, "HOME": str(self.folder), **settings},
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Outcome(ran.returncode, ran.stdout, ran.stderr)

    def script(self, *commands: str, **options) -> Outcome:
        """Has one process carry out commands that it reads from its standard input, after which it
        ends with 1 however they went."""
        return self.run(text="\n".join(commands), **options)


def pytest_configure(config):
    # The SDK warns of its own future only, in nearly every test.
    config.addinivalue_line("filterwarnings", "ignore:::openstack")


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    """The gateway that all tests share; they keep out of each other's names."""
    return Cloud(os.environ["KEYGLOT_URL"], tmp_path_factory.mktemp("home"))


@pytest.fixture
def own_cloud(tmp_path):
    """Starts a gateway with a config section of the test's own."""
    if "KEYGLOT_TARGET" in os.environ:
        pytest.skip("needs a gateway of its own, and KEYGLOT_TARGET names another server")
    started = []

    def start(section: str) -> Cloud:
        config = tmp_path / "keyglot.toml"
        config.write_text(f"[nova]\n{section}\n")
        started.append(Gateway(os.environ["KEYGLOT_BINARY"], config=config))
        return Cloud(started[-1].url, tmp_path)

    yield start
    for gateway in started:
        assert gateway.stop() == 0


@pytest.fixture
def name():
    """A name that no other test uses."""
    return f"key-{uuid.uuid4().hex}"


@pytest.fixture
def key(tmp_path):
    """The file of a fresh public key."""
    file = tmp_path / "id_rsa"
    run("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "me@example", "-f", file)
    return file.with_suffix(".pub")


def fingerprint(public_key: pathlib.Path) -> str:
    """What OpenSSH says the MD5 fingerprint is."""
    return run("ssh-keygen", "-E", "md5", "-l", "-f", public_key).split()[1].removeprefix("MD5:")
