"""The server key is exchanged while the gateway runs."""

import os
import signal
import time

import pytest
from conftest import Server
from gateway import Gateway

KEYS = "/locksmith/v1/keys"


@pytest.fixture
def rotating(tmp_path):
    """A gateway with a config file that is written anew and read again."""
    running = Rotating(tmp_path)
    yield running
    assert running.gateway.stop() == 0


class Rotating:
    def __init__(self, folder):
        self.folder, self.config, self.log = folder, folder / "keyglot.toml", folder / "log"
        self.config.write_text("")
        self.gateway = self.server = None

    def start(self, text: str, store: str):
        self.config.write_text(text)
        self.gateway = Gateway(
            os.environ["KEYGLOT_BINARY"], "--store", store, config=self.config, log=self.log)
        self.server = Server(self.gateway.url)

    def reload(self, text: str) -> str:
        """Asks for the config to be read again; what the log says of that."""
        self.config.write_text(text)
        before = len(self.log.read_text())
        self.gateway.signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            said = self.log.read_text()[before:]
            if "the configuration was read again" in said:
                return said
            time.sleep(0.02)
        raise AssertionError("nothing was said of the reload")

    def create(self, name: str, passphrase: str = "") -> dict:
        fields = {"key_pair_id": name, "store_private_key": True, "passphrase": passphrase}
        answer = self.server.post(KEYS, fields)
        assert answer.status == "success", answer.body
        return answer.json["key_pair"]

    def read(self, name: str, passphrase: str = "") -> dict:
        return self.server.curl(f"{KEYS}?key_pair_id={name}&passphrase={passphrase}").json


def sealing(current: str, *older: str) -> str:
    return f"[sealing]\nkey = '{current}'\nolder_keys = {list(older)}\n"


def test_stored_private_keys_stay_readable(rotating):
    one, two = os.urandom(32).hex(), os.urandom(32).hex()
    rotating.start(sealing(one), f"redb:{rotating.folder / 'store'}")
    plain, locked = rotating.create("plain"), rotating.create("locked", "s3cr3t")

    said = rotating.reload(sealing(two, one))
    assert "ERROR" not in said and "server key in force" in said and "older_keys=1" in said
    assert rotating.read("plain")["key_pair"] == plain
    assert rotating.read("locked", "s3cr3t")["key_pair"] == locked
    later = rotating.create("later")

    rotating.reload(sealing(two))
    assert rotating.read("later")["key_pair"] == later
    assert rotating.read("plain") == {
        "status": "empty-private-key",
        "errors": ["Private Key file is empty for Key Pair ID 'plain' (plain) in Key Store 'default'!"],
        "messages": [],
    }
    assert "which is not known" in rotating.log.read_text()
    # The public half needs no key.
    public = rotating.server.curl(f"{KEYS}?key_pair_id=plain").json["key_pair"]
    assert public == {"public_key": plain["public_key"]}

    # Nothing is lost as long as the key is kept somewhere.
    rotating.reload(sealing(two, one))
    assert rotating.read("plain")["key_pair"] == plain
    for secret in (one, two):
        assert secret not in rotating.log.read_text()


def test_keys_come_from_files(rotating):
    files = [rotating.folder / "one", rotating.folder / "two"]
    for file in files:
        file.write_text(os.urandom(32).hex() + "\n")
    rotating.start(f"[sealing]\nkey_file = '{files[0]}'\n", f"redb:{rotating.folder / 'store'}")
    kept = rotating.create("kept")
    rotating.reload(
        f"[sealing]\nkey_file = '{files[1]}'\nolder_keys_files = ['{files[0]}']\n")
    assert rotating.read("kept")["key_pair"] == kept
    # The file's name stays and what it holds is exchanged.
    files[0].write_text(files[1].read_text())
    said = rotating.reload(f"[sealing]\nkey_file = '{files[1]}'\nolder_keys_files = ['{files[0]}']\n")
    assert "ERROR" not in said
    assert rotating.read("kept")["status"] == "empty-private-key"


BAD = [
    ("[sealing]\nkey = 'short'\n", "sealing.key: a server key is 32 bytes"),
    ("[sealing]\nkey = ", "line 2"),
    ("[sealing]\nkee = 'x'\n", "unknown key `sealing.kee`"),
    ("[limits]\nmax_in_flight = 'many'\n{two}", "limits.max_in_flight"),
    ("{two}[locksmith]\nauth = 'token'\n", "locksmith.auth"),
    ("[sealing]\nkey_file = '/nowhere'\n", "/nowhere: cannot be read"),
    ("[sealing]\nolder_keys = ['{one}']\n", "sealing.older_keys: needs `sealing.key`"),
    ("[sealing]\nkey = '{one}'\nolder_keys = ['{one}x']\n", "sealing.older_keys: a server key"),
]


def test_a_bad_configuration_changes_nothing(rotating):
    one, two = os.urandom(32).hex(), os.urandom(32).hex()
    rotating.start(sealing(one), f"redb:{rotating.folder / 'store'}")
    kept = rotating.create("kept")
    for bad, problem in BAD:
        said = rotating.reload(bad.format(one=one, two=sealing(two)))
        assert "ERROR" in said and problem in said and "the one in force stays" in said, said
        assert one not in said and two not in said
        assert rotating.read("kept")["key_pair"] == kept
    later = rotating.create("later")
    # It was sealed under the first key still.
    rotating.reload(sealing(one))
    assert rotating.read("later")["key_pair"] == later


def test_a_key_that_was_drawn_stays_in_the_ring(rotating):
    rotating.start("", "memory")
    kept = rotating.create("kept")
    rotating.reload("")
    assert rotating.read("kept")["key_pair"] == kept
    said = rotating.reload(sealing(os.urandom(32).hex()))
    assert "older_keys=1" in said
    assert rotating.read("kept")["key_pair"] == kept


def test_what_cannot_change_while_it_runs_is_named(rotating):
    rotating.start("", "memory")
    said = rotating.reload("[keygen]\nqueue = 7\n[redis]\nkey_prefix = 'other:'\n")
    assert "WARN" in said and "keygen.queue, redis.key_prefix" in said
    assert rotating.server.curl("/locksmith/healthz").body == "OK"
