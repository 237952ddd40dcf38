"""`keyglot selftest` finds a gateway that works, and what is wrong with one that does not."""

import base64
import json
import re
import signal
import subprocess
import threading
import urllib.request

import pytest
from conftest import DIALECTS, EXAMPLE, Proxy, command, environment, outcome

ROOM_FOR_ONE = "\n".join([
    "[locksmith]\nquota = 1", "[nova]\nkey_pairs_quota = 1", "[tencent]\nquota = 1", "[orange]\nquota = 1"])
NO_ROOM = ROOM_FOR_ONE.replace("= 1", "= 0")
LIFE = ["create", "key fits", "list", "show", "delete", "gone"]
STEPS = {
    "locksmith": LIFE[:4],
    "nova": ["log in", *LIFE],
    "tencent": LIFE,
    "orange": LIFE,
}


def names_of_nova(url):
    """The names of the demo user's key pairs."""
    request = urllib.request.Request(f"{url}/compute/v2.1/os-keypairs")
    credentials = base64.b64encode(b"demo:keyglot-demo").decode()
    request.add_header("Authorization", f"Basic {credentials}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [one["keypair"]["name"] for one in json.load(answer)["keypairs"]]


def test_the_demo_accounts_pass(gateway, selftest):
    ran = selftest(gateway().url)
    assert (ran.code, ran.error) == (0, "")
    assert {dialect: ran.steps(dialect) for dialect in DIALECTS} == STEPS


def test_own_accounts_pass_and_those_of_the_demo_do_not(gateway, selftest):
    config = EXAMPLE.read_text()
    url = gateway(config).url
    ran = selftest(url, config=config)
    assert ran.code == 0, ran
    assert {dialect: ran.steps(dialect) for dialect in DIALECTS} == STEPS
    ran = selftest(url)
    assert ran.code == 1
    assert "4 of 4 dialects failed" in ran.error


def test_nothing_is_left_where_there_is_room_for_one_key_pair(gateway, selftest):
    url = gateway(ROOM_FOR_ONE).url
    for _ in range(3):
        ran = selftest(url)
        assert ran.code == 0, ran
    # Locksmith deletes nothing; the one key pair serves every run.
    assert ran.steps("locksmith") == ["create", "list", "show"]
    assert any("an earlier run has made the key pair" in line for line in ran.lines)
    assert names_of_nova(url) == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_dialect_can_be_chosen(gateway, selftest, dialect):
    ran = selftest(gateway().url, "--dialect", dialect)
    assert ran.code == 0
    assert all(line.startswith(dialect) for line in ran.lines)


def test_another_account_can_be_chosen(gateway, selftest):
    url = gateway().url
    second = "AKIDkeyglotdemo11111111111111111111"
    chosen = ["nova=demo2", f"tencent={second}", "orange=demo2"]
    ran = selftest(url, *(part for each in chosen for part in ("--account", each)))
    assert ran.code == 0, ran
    ran = selftest(url, "--account", "orange=nobody")
    assert ran.code == 2 and "`nobody`" in ran.error


@pytest.mark.parametrize("section", [
    pytest.param("[nova]\nauth = 'none'", id="nova"),
    pytest.param("[tencent]\nauth = 'off'", id="tencent"),
    pytest.param("[orange.auth]\nmode = 'none'", id="orange"),
    pytest.param("[orange.auth]\nmode = 'strict'", id="orange-strict"),
])
def test_gateways_that_ask_for_less_or_more_pass(gateway, selftest, section):
    dialect = re.match(r"\[(\w+)", section)[1]
    ran = selftest(gateway(section).url, "--dialect", dialect, config=section)
    assert ran.code == 0, ran
    assert ran.steps(dialect) == LIFE


@pytest.mark.parametrize("credential", ['password = "what-ada-knows"', 'api_key = "what-ada-has"'])
def test_users_of_the_older_identity_pass(gateway, selftest, credential):
    config = f"""
[[nova.projects]]
id = "77"
[[nova.users]]
id = "7"
name = "ada"
default_project = "77"
{credential}
roles = {{ 77 = ["identity:user-admin"] }}
"""
    ran = selftest(gateway(config).url, "--dialect", "nova", config=config)
    assert ran.code == 0, ran
    assert ran.steps("nova") == STEPS["nova"]


def test_programs_that_act_for_a_user_pass(gateway, selftest):
    config = EXAMPLE.read_text() + """
[[nova.application_credentials]]
id = "33333333333333333333333333333333"
name = "ci"
user = "22222222222222222222222222222222"
project = "11111111111111111111111111111111"
secret = "what-the-machines-know"
"""
    url = gateway(config).url
    ran = selftest(url, "--dialect", "nova", "--account", "nova=ci", config=config)
    assert ran.code == 0, ran


def test_a_gateway_that_is_down(gateway, selftest):
    stopped = gateway()
    url = stopped.url
    stopped.kill()
    ran = selftest(url)
    assert ran.code == 1
    assert len(ran.failures()) == len(ran.lines) == 4
    assert all("no connection to 127.0.0.1" in line for line in ran.failures())
    assert "locksmith, nova, tencent, orange" in ran.error


@pytest.mark.parametrize("dialect, right, wrong, said", [
    ("locksmith", "example-locksmith-token", "another-token", "POST /locksmith/v1/keys: status 401, code unauthorized"),
    ("nova", "example-nova-password", "another-password", "POST /identity/v3/auth/tokens: status 401, code Unauthorized"),
    ("tencent", "exampletencentsecretkey", "anothersecretkey", "POST /: status 200, code AuthFailure.SignatureFailure"),
    ("tencent", "AKIDexample", "AKIDanother", "POST /: status 200, code AuthFailure.SecretIdNotFound"),
    ("orange", "example-orange-token", "another-token", "/zones/zone-1/keypairs: status 401, code 41"),
])
def test_a_wrong_account(gateway, selftest, dialect, right, wrong, said):
    config = EXAMPLE.read_text()
    assert right in config
    url = gateway(config).url
    ran = selftest(url, config=config.replace(right, wrong))
    assert ran.code == 1
    [failure] = ran.failures()
    assert failure.startswith(dialect) and failure.endswith(said)
    assert ran.error == f"keyglot: selftest: 1 of 4 dialects failed: {dialect}\n"


def test_a_full_quota(gateway, selftest):
    ran = selftest(gateway(NO_ROOM).url)
    assert ran.code == 1
    said = [line.split(" create ")[1].split(" ms  ")[1] for line in ran.failures()]
    assert said == [
        "POST /locksmith/v1/keys: status 200, code key-pair-generation-error",
        "POST /compute/v2.1/os-keypairs: status 403, code forbidden",
        "POST /: status 200, code InvalidKeyPair.LimitExceeded",
        "POST /v1/projects/3fa85f64-5717-4562-b3fc-2c963f66afa6/zones/zone-1/keypairs: status 403, code 50",
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_that_is_switched_off(gateway, selftest, dialect):
    config = f"[{dialect}]\nenabled = false"
    url = gateway(config).url
    assert selftest(url, config=config).code == 0, "what the configuration switches off is left out"
    ran = selftest(url)
    assert ran.code == 1
    [failure] = ran.failures()
    assert failure.startswith(dialect)
    assert "status 404, no error of this cloud: is the dialect switched on there" in failure


@pytest.mark.parametrize("dialect, method, path", [
    ("nova", "GET", r"/os-keypairs/selftest\w+"),
    ("nova", "DELETE", r"/os-keypairs/selftest\w+"),
    ("orange", "GET", r"/keypairs/[0-9a-f-]{36}"),
    ("orange", "DELETE", r"/keypairs/[0-9a-f-]{36}"),
])
def test_a_step_that_fails_is_cleaned_up_after(gateway, selftest, dialect, method, path):
    url = gateway(ROOM_FOR_ONE).url
    broken = []

    def once(asked, target):
        if asked == method and re.search(f"{path}$", target) and not broken:
            broken.append(target)
            return 502
        return None

    with Proxy(url, hook=once) as proxy:
        ran = selftest(proxy.url, "--dialect", dialect)
    assert ran.code == 1
    [failure] = ran.failures()
    assert failure.endswith(f"{method} {broken[0]}: status 502, no error of this cloud")
    assert ran.steps(dialect)[-1] == "clean up"
    # There is room for one only: the next run would not pass if anything were left.
    assert selftest(url, "--dialect", dialect).code == 0


def test_what_cannot_be_cleaned_up_is_named(gateway, selftest):
    with Proxy(gateway().url, hook=lambda method, _: 502 if method == "DELETE" else None) as proxy:
        ran = selftest(proxy.url, "--dialect", "nova")
    assert ran.code == 1
    left = re.search(r"; a key pair (selftest\w+) may be left$", ran.lines[-1])
    assert left, ran.lines


def test_an_interrupted_run_cleans_up(gateway):
    url = gateway(ROOM_FOR_ONE).url
    held, released = threading.Event(), threading.Event()

    def hold(method, path):
        if method == "GET" and "/os-keypairs/" in path:
            held.set()
            released.wait(60)
        return None

    with Proxy(url, hook=hold) as proxy:
        running = subprocess.Popen(
            command(proxy.url, "--dialect", "nova"), env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert held.wait(60)
        assert len(names_of_nova(url)) == 1
        running.send_signal(signal.SIGTERM)
        output, error = running.communicate(timeout=60)
        released.set()
    ran = outcome(running.returncode, output, error)
    assert ran.code == 1
    assert ran.steps("nova")[-1] == "clean up"
    assert names_of_nova(url) == []


def test_a_gateway_that_does_not_answer(gateway, selftest):
    released = threading.Event()

    def hold(*_):
        released.wait(60)
        return None

    with Proxy(gateway().url, hook=hold) as proxy:
        ran = selftest(proxy.url, "--dialect", "orange", "--timeout", "1")
        released.set()
    assert ran.code == 1
    assert "no answer in 1 s" in ran.failures()[0]


def test_an_address_with_a_path(gateway, selftest):
    with Proxy(gateway().url, prefix="/keys") as proxy:
        assert selftest(proxy.url).code == 0
        ran = selftest(proxy.url.removesuffix("/keys"))
        assert ran.code == 1 and len(ran.failures()) == 4


def test_tls_with_a_certificate_that_is_vouched_for(gateway, selftest, certificate):
    both, ca = certificate
    with Proxy(gateway().url, certificate=both) as proxy:
        ran = selftest(proxy.url, "--ca-file", str(ca))
        assert ran.code == 0, ran
        ran = selftest(proxy.url.replace("https", "http"), "--dialect", "nova")
        assert ran.code == 1


def test_tls_with_a_certificate_that_nobody_vouches_for(gateway, selftest, certificate, tmp_path):
    both, _ = certificate
    other = tmp_path / "other.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other",
         "-keyout", tmp_path / "other.key", "-out", other], check=True, capture_output=True)
    with Proxy(gateway().url, certificate=both) as proxy:
        ran = selftest(proxy.url, "--ca-file", str(other), "--dialect", "nova")
    assert ran.code == 1
    assert "no TLS connection" in ran.failures()[0]


@pytest.mark.parametrize("arguments, said", [
    (["--url", "keys.test"], "must begin with http"),
    (["--url", "http://127.0.0.1:1", "--dialect", "novas"], "`novas` is unknown"),
    (["--url", "http://127.0.0.1:1", "--account", "nova"], "must be DIALECT=NAME"),
    (["--url", "http://127.0.0.1:1", "--config", "/nowhere"], "/nowhere: cannot be read"),
    ([], "--url"),
])
def test_what_cannot_be_asked_for_is_refused_before_any_call(arguments, said):
    ran = subprocess.run([command("")[0], "selftest", *arguments], env=environment(),
                         capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert said in ran.stderr and ran.stdout == ""


def test_an_account_whose_secret_is_a_hash_cannot_log_in(selftest):
    config = """
[[nova.projects]]
id = "11111111111111111111111111111111"
[[nova.users]]
id = "22222222222222222222222222222222"
name = "ada"
password = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$Q9dHpjPeDtjoe6Vr8dBcRHB0BRIY0UwIvdRg9UMPEWk"
roles = { 11111111111111111111111111111111 = ["member"] }
"""
    ran = selftest("http://127.0.0.1:1", config=config)
    assert ran.code == 2 and "nova.users: names no account" in ran.error
