"""keyPairCreate: generated and imported key pairs, and what is refused."""

import base64
import concurrent.futures
import re
import uuid

import httpx
import pytest

from conftest import assert_error
from errors import API_KEY, OTHER_PROJECT, PROJECT, TOKEN
from programs import run


def test_a_generated_private_key_loads_and_belongs_to_the_public_key(client, tmp_path):
    answer = client.create("build-01")
    assert answer.status_code == 201, answer.content
    created = answer.parsed
    assert created.id.version == 4
    assert len(created.public_key) == 724
    assert created.public_key.startswith("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQ")
    assert re.match("^MIIJ..IBADANBgkqhkiG9w0BAQEFAASCC", created.private_key)
    assert "\n" not in created.private_key and 3164 <= len(created.private_key) <= 3172

    der, pem = tmp_path / "key.der", tmp_path / "key.pem"
    der.write_bytes(base64.b64decode(created.private_key, validate=True))
    # The way that the documentation shows: DER without a passphrase, then PEM.
    pem.touch(mode=0o600)
    pem.write_text(run("openssl", "pkcs8", "-inform", "DER", "-nocrypt", "-in", str(der)))
    assert "RSA key ok" in run("openssl", "rsa", "-check", "-noout", "-in", str(pem))
    text = run("openssl", "rsa", "-text", "-noout", "-in", str(pem))
    assert "4096 bit" in text and "65537" in text
    assert run("ssh-keygen", "-y", "-f", str(pem)).strip() == created.public_key


def test_a_generated_private_key_is_shown_once(client):
    created = client.create("build-01").parsed
    shown = client.get(created.id)
    assert shown.status_code == 200
    assert shown.parsed.public_key == created.public_key
    assert b"rivate" not in shown.content
    assert b"rivate" not in client.find().content


def test_two_generated_keys_differ(client):
    first, second = (client.create(name).parsed for name in ("first", "second"))
    assert first.public_key != second.public_key and first.private_key != second.private_key


@pytest.mark.parametrize("bits", [3072, 4096])
def test_an_imported_key_comes_back_as_it_was(client, public_key, bits):
    line = public_key("rsa", bits, "me@host")
    answer = client.create(f"import-{bits}", public_key=line + "\n")
    assert answer.status_code == 201, answer.content
    assert answer.parsed.public_key == line
    assert answer.parsed.private_key is client.unset
    assert b"privateKey" not in answer.content


def test_headers_lead_to_what_was_created(client, public_key, url):
    answer = client.create("led", public_key=public_key("rsa", 3072), x_api_key=API_KEY)
    href = f"/projects/{PROJECT}/zones/{client.zone}/keypairs/{answer.parsed.id}"
    assert answer.parsed.h_ref == href
    assert answer.headers["location"] == f"/v1{href}"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-retry-after"] == "0"
    job = answer.headers["x-job-href"]
    assert re.fullmatch(f"/projects/{PROJECT}/jobs/[0-9a-f-]{{36}}", job)
    authorization = {"Authorization": f"Bearer {TOKEN}"}
    for path in (href, f"/v1{href}", job, f"/v1{job}"):
        assert httpx.get(url + path, headers=authorization).status_code == 200, path


def test_a_wrong_token_is_refused(operations):
    answer = operations(token="not-a-token").create("refused")
    assert_error(
        answer,
        401,
        41,
        "Invalid credentials",
        "The requested service needs credentials, but the ones provided were invalid.",
    )
    assert answer.headers["www-authenticate"] == 'Bearer realm="keyglot", error="invalid_token"'


def test_an_unknown_api_key_is_refused(client):
    answer = client.create("refused", x_api_key="not-a-key")
    assert answer.status_code == 401 and answer.parsed.code == 41


def test_another_project_is_refused(operations):
    assert_error(
        operations(project=OTHER_PROJECT).create("refused"),
        403,
        50,
        "Access denied",
        "The application that makes the request is not authorized to access this endpoint.",
    )


def test_a_taken_name_is_refused_whatever_the_key(client, public_key):
    assert client.create("taken", public_key=public_key("rsa", 3072)).status_code == 201
    description = f'Field "name" must be unique: "taken" already exists in zone "{client.zone}".'
    for fields in ({"public_key": public_key("rsa", 3072)}, {}):
        answer = client.create("taken", **fields)
        assert_error(answer, 400, 24, "Invalid body field", description)


@pytest.mark.parametrize(
    "kind, bits, length",
    [
        ("ed25519", None, 80),
        ("ecdsa", 256, 160),
        ("ecdsa", 384, 204),
        ("ecdsa", 521, 252),
        ("rsa", 1024, 212),
        ("rsa", 2048, 380),
    ],
)
def test_a_short_key_is_refused(client, public_key, kind, bits, length):
    line = public_key(kind, bits)
    assert len(line) == length
    assert_error(
        client.create("short", public_key=line),
        400,
        24,
        "Invalid body field",
        f'Field "publicKey" must have 512 to 2000 characters, it has {length}. '
        "RSA keys of 3072 and 4096 bits fit; ed25519, ECDSA and RSA 2048 do not.",
    )


def test_the_comment_counts_towards_the_length(client, public_key):
    line = public_key("rsa", 2048)
    refused = client.create("short", public_key=f"{line} {'c' * 130}")
    assert refused.status_code == 400 and "it has 511" in refused.parsed.description
    assert client.create("fits", public_key=f"{line} {'c' * 131}").status_code == 201

    line = public_key("rsa", 4096)
    assert client.create("longest", public_key=f"{line} {'c' * 1275}").status_code == 201
    refused = client.create("too-long", public_key=f"{line} {'c' * 1276}")
    assert refused.status_code == 400 and "it has 2001" in refused.parsed.description


def test_a_damaged_key_is_refused(client, public_key):
    line = public_key("rsa", 4096)
    assert_error(
        client.create("damaged", public_key=f"{line[:400]}]{line[401:]}"),
        400,
        24,
        "Invalid body field",
        'Field "publicKey" is not a valid OpenSSH public key.',
    )


def test_of_many_creates_with_one_name_exactly_one_succeeds(client, public_key):
    line = public_key("rsa", 3072)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client.create("race", public_key=line), range(32)))
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 31
    assert len(client.find().parsed) == 1


def test_the_requester_is_remembered(client, public_key):
    line = public_key("rsa", 3072)
    me = f"me-{uuid.uuid4().hex}"
    created = client.create("mine", public_key=line, x_requester_id=me).parsed
    assert client.get(created.id).parsed.last_requester_id == me
