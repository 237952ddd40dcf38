"""TLS with real clients, and certificates that are renewed under them."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import urllib.request

import openstack
import pytest
import requests
from conftest import BINARY, HOUR, PATIENCE, until
from gateway import Gateway
from programs import run

DEMO = "Bearer keyglot-demo"


def config(certificate, key, head: str = HOUR) -> str:
    return f'{head}\n[tls]\ncertificate_file = "{certificate}"\nkey_file = "{key}"\n'


@pytest.fixture
def served(operated, authority):
    """A gateway with a certificate; its files are `certificate` and `key` of the folder."""
    certificate, key = authority.issue("first")
    here = authority.folder
    shutil.copy(certificate, here / "certificate")
    shutil.copy(key, here / "key")
    return operated(config(here / "certificate", here / "key"))


def renew(authority, name: str) -> None:
    certificate, key = authority.issue(name)
    shutil.copy(certificate, authority.folder / "certificate")
    shutil.copy(key, authority.folder / "key")


def port(url: str) -> int:
    return int(url.rpartition(":")[2])


def shown(url: str, authority) -> str:
    """Whose certificate a new connection is shown."""
    context = authority.context()
    with socket.create_connection(("127.0.0.1", port(url)), timeout=PATIENCE) as plain:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            return dict(part[0] for part in secured.getpeercert()["subject"])["commonName"]


def test_the_start_up_line_says_https_and_the_admin_listener_stays_plain(served):
    assert served.url.startswith("https://127.0.0.1:")
    assert served.gateway.admin.startswith("http://127.0.0.1:")
    assert urllib.request.urlopen(served.gateway.admin + "/healthz").status == 200


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_openssl_gets_what_it_asks_for(served, authority, version, protocol):
    said = subprocess.run(
        ["openssl", "s_client", "-connect", served.url.removeprefix("https://"), f"-{version}",
         "-alpn", protocol, "-CAfile", authority.file, "-verify_return_error"],
        input="", capture_output=True, text=True, timeout=PATIENCE)
    assert said.returncode == 0, said.stderr
    assert "Verification: OK" in said.stdout
    assert f"ALPN protocol: {protocol}\n" in said.stdout
    assert {"tls1_2": "TLSv1.2", "tls1_3": "TLSv1.3"}[version] in said.stdout


def test_older_versions_are_refused(served, authority):
    said = subprocess.run(
        ["openssl", "s_client", "-connect", served.url.removeprefix("https://"), "-tls1_1",
         "-cipher", "ALL:@SECLEVEL=0", "-brief"], input="", capture_output=True, text=True, timeout=PATIENCE)
    assert said.returncode != 0


@pytest.mark.parametrize("option, version", [("--http2", "2"), ("--http1.1", "1.1")])
def test_curl_speaks_both_protocols(served, authority, option, version):
    answer = run("curl", "-sS", option, "--cacert", authority.file, "-w", "\n%{http_version}",
                 "-H", f"Authorization: {DEMO}", served.url + "/locksmith/v1/keys")
    body, _, spoken = answer.rpartition("\n")
    assert spoken.strip() == version
    assert json.loads(body)["status"] == "empty-key-store"


def test_requests_verifies_the_certificate(served, authority):
    url = served.url + "/locksmith/v1/keys"
    answer = requests.get(url, headers={"Authorization": DEMO}, verify=str(authority.file), timeout=PATIENCE)
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(url, timeout=PATIENCE)
    plain = url.replace("https://", "http://")
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(plain, timeout=PATIENCE)


def test_the_openstack_sdk_follows_the_links_over_tls(served, authority):
    """The catalog and the version documents are read by the SDK: with http in them it would fail."""
    cloud = openstack.connect(
        load_yaml_config=False, load_envvars=False, auth_url=f"{served.url}/identity/v3", username="demo",
        password="keyglot-demo", project_name="demo", user_domain_id="default",
        project_domain_id="default", region_name="RegionOne", cacert=str(authority.file))
    made = cloud.compute.create_keypair(name="over-tls")
    assert "PRIVATE KEY" in made.private_key
    assert [one.name for one in cloud.compute.keypairs()] == ["over-tls"]
    links = requests.get(f"{served.url}/compute/", verify=str(authority.file), timeout=PATIENCE).text
    assert served.url in links and "http://" not in links
    cloud.compute.delete_keypair("over-tls")


def test_a_dialects_own_listener_has_the_certificate_too(authority, tmp_path):
    certificate, key = authority.issue("own")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own = probe.getsockname()[1]
    file = tmp_path / "own.toml"
    file.write_text(config(certificate, key)
                    + f'[[listener]]\nlisten = "127.0.0.1:{own}"\ndialect = "nova"\n')
    with Gateway(BINARY, config=file):
        answer = requests.get(f"https://127.0.0.1:{own}/", verify=str(authority.file), timeout=PATIENCE)
        assert f"https://127.0.0.1:{own}/" in answer.text


def test_a_renewed_certificate_serves_new_connections_and_drops_no_old_one(served, authority):
    old = http.client.HTTPSConnection("127.0.0.1", port(served.url), context=authority.context(), timeout=PATIENCE)

    def call():
        old.request("GET", "/locksmith/v1/keys", headers={"Authorization": DEMO})
        answer = old.getresponse()
        return answer.status, answer.read()

    assert call()[0] == 200
    socket_before = old.sock
    before = served.metric("keyglot_tls_certificate_expiry_timestamp_seconds")
    renew(authority, "second")
    assert shown(served.url, authority) == "first"
    assert served.reload()
    assert shown(served.url, authority) == "second"
    assert call()[0] == 200
    assert old.sock is socket_before, "the connection was made anew"
    assert served.metric("keyglot_tls_certificate_expiry_timestamp_seconds") >= before
    assert served.metric("keyglot_tls_certificate_expiry_timestamp_seconds") > 1_700_000_000


def test_a_renewed_certificate_is_seen_without_a_signal(operated, authority):
    renew(authority, "first")
    here = authority.folder
    gateway = operated(config(here / "certificate", here / "key", "watch_interval = 1"))
    assert shown(gateway.url, authority) == "first"
    renew(authority, "second")
    until(lambda: shown(gateway.url, authority) == "second", "the new certificate")
    assert shown(gateway.url, authority) == "second"


def test_a_certificate_without_its_key_is_not_put_in_force(served, authority):
    other, _ = authority.issue("other")
    shutil.copy(other, authority.folder / "certificate")
    assert not served.reload()
    assert "tls.key: does not belong to `tls.certificate`" in served.log
    assert shown(served.url, authority) == "first"


def test_tls_is_switched_on_and_off(operated, authority):
    certificate, key = authority.issue("first")
    gateway = operated(HOUR)
    secured = gateway.url.replace("http://", "https://")
    get = lambda url: requests.get(
        url + "/locksmith/v1/keys", headers={"Authorization": DEMO}, verify=str(authority.file), timeout=PATIENCE)
    assert get(gateway.url).status_code == 200
    assert gateway.reload(config(certificate, key))
    assert get(secured).status_code == 200
    assert gateway.reload(HOUR)
    assert get(gateway.url).status_code == 200
    assert gateway.metric("keyglot_tls_certificate_expiry_timestamp_seconds") is None


def test_what_cannot_be_ends_the_start_with_a_clear_line(authority, tmp_path):
    certificate, key = authority.issue("right")
    other, other_key = authority.issue("other")
    swapped = tmp_path / "swapped.pem"
    swapped.write_text(authority.file.read_text() + certificate.read_text())
    (empty := tmp_path / "empty").write_text("nothing\n")
    (broken := tmp_path / "broken").write_text(re.sub("[A-F]", "x", certificate.read_text(), count=40))
    for files, problem in (
        ((certificate, other_key), "tls.key: does not belong to `tls.certificate`"),
        ((swapped, key), "tls.certificate: certificate 2 of the chain"),
        ((empty, key), "tls.certificate: holds no certificate in PEM"),
        ((certificate, empty), "tls.key: holds no private key in PEM"),
        ((broken, key), "tls.certificate: "),
        ((certificate, tmp_path / "nowhere"), "cannot be read"),
    ):
        file = tmp_path / "bad.toml"
        file.write_text(config(*files))
        ended = subprocess.run(
            [BINARY, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--config", file],
            capture_output=True, text=True, timeout=PATIENCE)
        assert ended.returncode == 2, (problem, ended.stderr)
        checked = subprocess.run(
            [BINARY, "config", "check", "--config", file], capture_output=True, text=True, timeout=PATIENCE)
        assert (checked.returncode, checked.stderr) == (2, ended.stderr)
        assert problem in ended.stderr and len(ended.stderr.splitlines()) == 1, ended.stderr


def test_a_client_that_never_shakes_hands_is_cut(operated, authority):
    certificate, key = authority.issue("first")
    gateway = operated(HOUR + f'[limits]\nheader_timeout = 1\nmax_connections = 1\n'
                       + config(certificate, key, ""))
    with socket.create_connection(("127.0.0.1", port(gateway.url)), timeout=PATIENCE) as silent:
        # The silent one has the only place: the next is served once it has been cut.
        assert shown(gateway.url, authority) == "first"
        assert silent.recv(1) == b""
