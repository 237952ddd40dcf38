"""Settings that change while the gateway runs, by SIGHUP and by a changed file."""

import json
import threading
import urllib.request

import keystoneauth1.exceptions
import openstack
import pytest
from conftest import HOUR, orange, until
from programs import run

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me"
USERS = {name: f"{number:032x}" for number, name in enumerate(("anne", "bert"), 1)}


def nova(*users: str, quota: int = 100, password: str = "a password of theirs") -> str:
    listed = ", ".join(
        f'{{ id = "{USERS[name]}", name = "{name}", password = "{password}", '
        f'default_project = "{"0a" * 16}", roles = {{ "{"0a" * 16}" = ["member"] }} }}' for name in users)
    return (f'[nova]\nkey_pairs_quota = {quota}\nprojects = [{{ id = "{"0a" * 16}", name = "team" }}]\n'
            f"users = [{listed}]\n")


def sdk(url: str, user: str, password: str = "a password of theirs", **more):
    return openstack.connect(
        load_yaml_config=False, load_envvars=False, auth_url=f"{url}/identity/v3", username=user,
        password=password, project_name="team", user_domain_id="default", project_domain_id="default",
        region_name="RegionOne", **more)


def test_users_come_and_go_and_a_session_of_one_who_is_gone_ends(operated):
    gateway = operated(HOUR + nova("anne"))
    anne = sdk(gateway.url, "anne")
    anne.compute.create_keypair(name="made", public_key=KEY)
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        sdk(gateway.url, "bert").compute.get("/os-keypairs")
    token = anne.session.get_token()

    assert gateway.reload(HOUR + nova("anne", "bert"))
    bert = sdk(gateway.url, "bert")
    assert list(bert.compute.keypairs()) == []
    assert [one.name for one in anne.compute.keypairs()] == ["made"]
    assert anne.session.get_token() == token, "a session that need not end goes on"

    assert gateway.reload(HOUR + nova("bert"))
    listed = f"{gateway.url}/compute/v2.1/os-keypairs"
    refused = pytest.raises(urllib.error.HTTPError)
    with refused as error:
        urllib.request.urlopen(urllib.request.Request(listed, headers={"X-Auth-Token": token}))
    assert error.value.code == 401
    assert list(bert.compute.keypairs()) == []

    assert gateway.reload(HOUR + nova("bert", password="another password"))
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        sdk(gateway.url, "bert").compute.get("/os-keypairs")
    assert list(sdk(gateway.url, "bert", "another password").compute.keypairs()) == []


def test_tokens_come_and_go(operated):
    gateway = operated(HOUR + orange("first-token"))
    assert (gateway.orange("first-token"), gateway.orange("second-token")) == (200, 401)
    assert gateway.reload(HOUR + orange("second-token"))
    assert (gateway.orange("first-token"), gateway.orange("second-token")) == (401, 200)


def test_quotas_change(operated):
    gateway = operated(HOUR + nova("anne", quota=1))
    anne = sdk(gateway.url, "anne")
    anne.compute.create_keypair(name="one", public_key=KEY)
    with pytest.raises(openstack.exceptions.ForbiddenException):
        anne.compute.create_keypair(name="two", public_key=KEY)
    assert gateway.reload(HOUR + nova("anne", quota=2))
    anne.compute.create_keypair(name="two", public_key=KEY)
    with pytest.raises(openstack.exceptions.ForbiddenException):
        anne.compute.create_keypair(name="three", public_key=KEY)


def test_limits_change(operated):
    rate = lambda read, more="": HOUR + f"[limits]\n{more}\nrate.read = {read}\n" + orange("the-token")
    gateway = operated(rate(100000))
    assert [gateway.orange("the-token") for _ in range(5)] == [200] * 5
    assert gateway.reload(rate(100000, "max_body_bytes = 10"))
    assert gateway.orange("the-token", "POST", b'{"name":"longer than ten"}') == 413
    assert gateway.reload(rate(100000, "max_in_flight = 0"))
    assert gateway.orange("the-token") in (429, 503)
    assert gateway.metric("keyglot_max_in_flight") == 0
    assert gateway.reload(rate(100000))
    assert gateway.orange("the-token") == 200


def test_buckets_of_a_rule_that_does_not_change_stay(operated):
    def config(requests: int, quota: int) -> str:
        return (f'{HOUR}[locksmith]\ntoken = "the-token"\nquota = {quota}\n'
                f"rate_limit = {{ requests = {requests}, period_seconds = 86400 }}\n")

    gateway = operated(config(2, 10))
    call = lambda: gateway.orange("the-token", path="/locksmith/v1/keys")
    assert [call() for _ in range(3)] == [200, 200, 429]
    assert gateway.metric("keyglot_rate_limited_total", '{dialect="locksmith",class="read"}') == 1
    assert gateway.reload(config(2, 20))
    assert call() == 429, "the section has changed, the rule has not"
    assert gateway.reload(config(3, 20))
    assert [call() for _ in range(4)] == [200, 200, 200, 429]


def test_dialects_are_switched_off_and_on(operated):
    gateway = operated(HOUR + orange("the-token"))
    assert gateway.reload(HOUR + orange("the-token", enabled="false"))
    assert gateway.orange("the-token") == 404
    assert gateway.reload(HOUR + orange("the-token"))
    assert gateway.orange("the-token") == 200


def test_the_log_filter_changes(operated):
    gateway = operated(HOUR + 'log_filter = "warn"\n' + orange("the-token"))
    lines = lambda: gateway.log.count("duration_ms")
    assert gateway.orange("the-token") == 200
    assert lines() == 0
    assert gateway.reload(HOUR + 'log_filter = "info"\n' + orange("the-token"))
    assert gateway.orange("the-token") == 200
    until(lambda: lines() == 1, "an access line")
    assert gateway.reload(HOUR + 'log_filter = "warn"\n' + orange("the-token"))
    assert gateway.orange("the-token") == 200
    assert lines() == 1


BAD = {
    "a bad account": nova("anne", "anne"),
    "a bad quota": orange("second-token", quota='"many"'),
    "a bad limit": orange("second-token") + "[limits]\ncall_timeout = -1\n",
    "a bad filter": 'log_filter = "a=b=c"\n' + orange("second-token"),
    "a bad certificate": orange("second-token") + '[tls]\ncertificate = "x"\nkey = "y"\n',
    "a bad sealing key": orange("second-token") + '[sealing]\nkey = "short"\n',
    "a bad signing key": orange("second-token") + '[tokens]\nsigning_key = "short"\n',
    "a missing file": orange("second-token") + '[sealing]\nkey_file = "/nowhere"\n',
    "an unknown key": "colour = 1\n" + orange("second-token"),
    "no TOML": orange("second-token") + "[",
}


def test_one_bad_part_and_nothing_changes(operated):
    gateway = operated(HOUR + orange("first-token", quota=1))
    create = lambda name: gateway.orange(
        "first-token", "POST", json.dumps({"name": name}).encode())
    assert create("one") == 201
    good = gateway.metric("keyglot_config_last_reload_success_timestamp_seconds")
    for what, bad in BAD.items():
        text = HOUR + (bad if "[orange]" in bad else bad + orange("second-token"))
        assert not gateway.reload(text), what
        assert (gateway.orange("first-token"), gateway.orange("second-token")) == (200, 401), what
        assert create("two") not in (200, 201), what
        assert gateway.metric("keyglot_config_last_reload_successful") == 0
    assert gateway.metric("keyglot_config_last_reload_success_timestamp_seconds") == good
    assert gateway.reload(HOUR + orange("second-token", quota=2))
    assert gateway.metric("keyglot_config_last_reload_successful") == 1


def test_what_waits_for_a_start_is_named_and_the_rest_is_taken(operated):
    gateway = operated(HOUR + orange("first-token"))
    assert gateway.reload(HOUR + 'store = "redb:/elsewhere"\n[keygen]\nqueue = 3\n' + orange("second-token"))
    assert gateway.orange("second-token") == 200
    line = next(line for line in gateway.log.splitlines() if "from the next start on" in line)
    assert "keygen.queue, store" in line and "orange" not in line


def test_calls_in_flight_finish_with_what_they_began_with(operated):
    """Thousands of calls while the configuration changes over and over: none fails."""
    gateway = operated(HOUR + orange("the-token"))
    stop, failed = threading.Event(), []

    def call():
        while not stop.is_set():
            status = gateway.orange("the-token")
            if status != 200:
                failed.append(status)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    try:
        for quota in range(1, 21):
            assert gateway.reload(HOUR + orange("the-token", quota=quota))
    finally:
        stop.set()
        for caller in callers:
            caller.join()
    assert failed == []


def test_a_changed_file_is_enough(operated):
    gateway = operated("watch_interval = 1\n" + orange("first-token"))
    gateway.write("watch_interval = 1\n" + orange("second-token"))
    until(lambda: gateway.orange("second-token") == 200, "the new token")
    assert gateway.orange("first-token") == 401
    assert gateway.reloads() == (1, 0)


def mount(folder, name: str, **files: str) -> None:
    """Puts files in place as an orchestrator mounts a secret: one link is turned for all of them."""
    (version := folder / name).mkdir(parents=True)
    for file, text in files.items():
        (version / file).write_text(text)
        if not (folder / file).is_symlink():
            (folder / file).symlink_to(f"..data/{file}")
    (turned := folder / "..next").symlink_to(name)
    turned.replace(folder / "..data")


def test_a_mounted_secret_is_exchanged(operated, tmp_path):
    mounted = tmp_path / "mounted"
    mount(mounted, "..1", token="first-token")
    text = f'watch_interval = 1\n[locksmith]\ntoken_file = "{mounted}/token"\n'
    gateway = operated(text)
    listed = lambda token: gateway.orange(token, path="/locksmith/v1/keys")
    assert listed("first-token") == 200
    mount(mounted, "..2", token="second-token")
    until(lambda: listed("second-token") == 200, "the new token")
    assert listed("first-token") == 401
    assert gateway.reloads() == (1, 0)


def test_a_broken_file_is_told_of_once_and_the_good_one_stays(operated):
    gateway = operated("watch_interval = 1\n" + orange("first-token"))
    gateway.write("watch_interval = 1\n[")
    until(lambda: gateway.reloads() == (0, 1), "a look at the broken file")
    # What happens in the looks after it shows once a change has been seen.
    gateway.write("watch_interval = 1\n[[")
    until(lambda: gateway.reloads()[1] == 2, "a look at the other broken file")
    assert gateway.log.count("the one in force stays") == 2
    assert gateway.orange("first-token") == 200
    gateway.write("watch_interval = 1\n" + orange("second-token"))
    until(lambda: gateway.orange("second-token") == 200, "the new token")
    assert gateway.reloads() == (1, 2)


def test_a_file_that_is_away_for_a_moment_changes_nothing(operated, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("first-token")
    text = f'watch_interval = 1\n[locksmith]\ntoken_file = "{secret}"\n'
    gateway = operated(text)
    listed = lambda token: gateway.orange(token, path="/locksmith/v1/keys")
    secret.unlink()
    gateway.file.unlink()
    # A look at what is there happens each second; that there was one is seen by the next change.
    run("sleep", "3")
    assert listed("first-token") == 200 and gateway.reloads() == (0, 0)
    secret.write_text("first-token")
    gateway.write(text)
    secret.write_text("second-token")
    until(lambda: listed("second-token") == 200, "the new token")
    assert gateway.reloads() == (1, 0)
