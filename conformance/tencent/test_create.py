"""CreateKeyPair and ImportKeyPair by every road that the SDK has."""

import json
import re
import subprocess
import uuid

import pytest
from conftest import SIGNATURES

LEGACY = "/v2/index.php"


def check(answer, name, public_half, project=0):
    """Everything that a CreateKeyPair answer promises."""
    key_pair = answer.KeyPair
    assert re.fullmatch(r"skey-[a-z0-9]{8}", key_pair.KeyId)
    assert key_pair.KeyName == name
    assert key_pair.ProjectId == project
    assert key_pair.Description == ""
    assert key_pair.AssociatedInstanceIds == []
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", key_pair.CreatedTime)
    assert key_pair.PrivateKey.startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert key_pair.PrivateKey.endswith("\n-----END RSA PRIVATE KEY-----\n")
    kind, blob, comment = key_pair.PublicKey.split(" ")
    assert re.fullmatch(r"skey_\d{6,}", comment)
    assert public_half(key_pair.PrivateKey) == f"{kind} {blob}"
    assert uuid.UUID(answer.RequestId).version == 4


@pytest.mark.parametrize("sign, method", SIGNATURES)
@pytest.mark.parametrize("path", ["", LEGACY], ids=["root", "legacy"])
def test_create_by_every_signature(cloud, name, public_half, sign, method, path):
    client = cloud.client(cloud.address + path, sign=sign, method=method)
    wanted = name()
    answer = cloud.create(wanted, client=client)
    check(answer, wanted, public_half)
    # The documented sample of the legacy entry is in upper case, the live service's in lower.
    spelled = answer.RequestId.upper() if path else answer.RequestId.lower()
    assert answer.RequestId == spelled


@pytest.mark.parametrize("sign, method", SIGNATURES)
def test_import_by_every_signature(cloud, name, fresh_public_key, sign, method):
    client = cloud.client(sign=sign, method=method)
    wanted, public_key = name(), fresh_public_key(comment="me@example.test")
    tags = {"team a": "x+y&z", "未": "命名"}
    key_id = cloud.import_(wanted, public_key, 1001, client, tags).KeyId
    [found] = cloud.describe(client, KeyIds=[key_id]).KeyPairSet
    assert found.PublicKey == public_key
    assert found.KeyName == wanted
    assert found.ProjectId == 1001
    assert found.PrivateKey is None
    assert {tag.Key: tag.Value for tag in found.Tags} == tags


@pytest.mark.parametrize("sign, method", SIGNATURES)
def test_endpoint_with_scheme(cloud, name, public_half, sign, method):
    # The SDK and tccli then put the whole address into the Host header, and sign that.
    wanted = name()
    client = cloud.client(cloud.url, sign=sign, method=method)
    check(cloud.create(wanted, client=client), wanted, public_half)


@pytest.mark.parametrize("sign, method", SIGNATURES)
def test_signed_for_the_public_name(cloud, name, public_half, sign, method):
    wanted = name()
    client = cloud.client(
        "cvm.tencentcloudapi.com", apigw=cloud.address, sign=sign, method=method
    )
    check(cloud.create(wanted, client=client), wanted, public_half)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_unsigned_payload(cloud, name, public_half, method):
    wanted = name()
    client = cloud.client(method=method, unsigned=True)
    check(cloud.create(wanted, client=client), wanted, public_half)


def test_multipart(cloud, name, public_half):
    wanted = name()
    fields = {
        "KeyName": wanted,
        "ProjectId": "1001",
        "TagSpecification": [{"ResourceType": "keypair", "Tags": [{"Key": "k", "Value": "v"}]}],
    }
    answer = cloud.client().call_json("CreateKeyPair", fields, options={"IsMultipart": True})
    key_pair = answer["Response"]["KeyPair"]
    assert key_pair["ProjectId"] == 1001
    assert key_pair["Tags"] == [{"Key": "k", "Value": "v"}]
    assert public_half(key_pair["PrivateKey"])
    cloud.delete(key_pair["KeyId"])


@pytest.mark.parametrize("region", ["", "ap-guangzhou", "na-ashburn"])
def test_key_pairs_are_the_same_in_every_region(cloud, name, region):
    key_id = cloud.create(name()).KeyPair.KeyId
    cloud.region = region
    assert cloud.describe(KeyIds=[key_id]).TotalCount == 1


def test_a_token_that_nobody_asked_for_is_no_fault(cloud, name):
    cloud.credential.token = "session"
    cloud.create(name())


def test_tags_and_project(cloud, name):
    key_pair = cloud.create(name(), 1001, tags={"a": "1", "b": ""}).KeyPair
    assert key_pair.ProjectId == 1001
    assert [(tag.Key, tag.Value) for tag in key_pair.Tags] == [("a", "1"), ("b", "")]


def test_import_without_comment_gets_one(cloud, name, fresh_public_key):
    # Terraform cuts the last of the fields off.
    public_key = fresh_public_key()
    key_id = cloud.import_(name(), public_key).KeyId
    [found] = cloud.describe(KeyIds=[key_id]).KeyPairSet
    assert re.fullmatch(re.escape(public_key) + r" skey_\d{6,}", found.PublicKey)


def test_numbers_in_comments_grow(cloud, name):
    numbers = [int(cloud.create(name()).KeyPair.PublicKey.rpartition("_")[2]) for _ in range(3)]
    assert numbers == sorted(set(numbers))


def test_only_the_create_answer_has_the_private_key(cloud, name):
    key_id = cloud.create(name()).KeyPair.KeyId
    answer = cloud.client().call_json("DescribeKeyPairs", {"KeyIds": [key_id]})
    [found] = answer["Response"]["KeyPairSet"]
    assert "PrivateKey" not in found
    assert list(found) == [
        "KeyId",
        "KeyName",
        "ProjectId",
        "Description",
        "PublicKey",
        "AssociatedInstanceIds",
        "CreatedTime",
        "Tags",
    ]


def test_a_shell_can_sign(cloud):
    # With openssl and curl alone, as the gateway shows a newcomer on a terminal.
    script = """
        now=$(date +%s)
        query="Action=CreateKeyPair&KeyName=demo_$now&Nonce=1&ProjectId=0&Region=ap-guangzhou"
        query="$query&SecretId=AKIDkeyglotdemo00000000000000000000&Timestamp=$now&Version=2017-03-12"
        signature=$(printf %s "GET$HOST/?$query" \\
          | openssl dgst -sha1 -hmac keyglotdemosecretkey000000000000 -binary | base64)
        curl -sG "http://$HOST/?$query" --data-urlencode "Signature=$signature"
    """
    made = subprocess.run(
        ["bash", "-euc", script],
        env={"HOST": cloud.address, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    key_pair = json.loads(made.stdout)["Response"]["KeyPair"]
    cloud.delete(key_pair["KeyId"])
