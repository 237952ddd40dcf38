"""Errors as the SDK's user sees them: typed by their codes, whichever way they came."""

import time

import pytest
import requests
from conftest import DEMO, SIGNATURES, Cloud

AUTH = "AuthFailure."


@pytest.fixture(params=SIGNATURES, ids="-".join)
def client(cloud, request):
    sign, method = request.param
    return cloud.client(sign=sign, method=method)


def test_wrong_secret(cloud, name, fault, client):
    client.credential.secret_key = "another key"
    text = fault(AUTH + "SignatureFailure", cloud.create, name(), client=client)
    assert text == (
        "The provided credentials could not be validated. "
        "Please check your signature is correct."
    )


def test_unknown_secret_id(cloud, name, fault, client):
    client.credential.secret_id = "AKIDnobody"
    text = fault(AUTH + "SecretIdNotFound", cloud.create, name(), client=client)
    assert text == "The SecretId is not found, please ensure that your SecretId is correct."


@pytest.mark.parametrize("minutes", [-6, 6])
def test_expired_timestamp(cloud, name, fault, client, minutes, monkeypatch):
    now = time.time()
    monkeypatch.setattr("tencentcloud.common.abstract_client.time.time", lambda: now + 60 * minutes)
    text = fault(AUTH + "SignatureExpire", cloud.create, name(), client=client)
    assert text.startswith("Signature expired. Please use local time and enable NTP service")


def test_a_clock_that_is_four_minutes_off_is_good_enough(cloud, name, client, monkeypatch):
    now = time.time()
    monkeypatch.setattr("tencentcloud.common.abstract_client.time.time", lambda: now - 240)
    cloud.create(name(), client=client)


def test_skipped_signature(cloud, fault):
    call = cloud.client().call_json
    fault(AUTH + "InvalidAuthorization", call, "DescribeKeyPairs", {}, options={"SkipSign": True})


def test_missing_parameter(fault, client):
    text = fault("MissingParameter", client.call_json, "CreateKeyPair", {"KeyName": "a"})
    assert text == "The request is missing a required parameter `ProjectId`."


def test_unknown_parameter(fault, client):
    parameters = {"KeyName": "a", "ProjectId": 0, "DryRun": True}
    text = fault("UnknownParameter", client.call_json, "CreateKeyPair", parameters)
    assert text == "The parameter `DryRun` is not recognized."


def test_type(fault, client):
    parameters = {"KeyName": "a", "ProjectId": "zero"}
    text = fault("InvalidParameter", client.call_json, "CreateKeyPair", parameters)
    assert text == "The value type of parameter `ProjectId` is not valid."


def test_unknown_action(fault, client):
    text = fault("InvalidAction", client.call_json, "RunNothing", {})
    assert text == "The request `Action` is invalid or not found."


def test_name_taken(cloud, name, fault, client):
    taken = name()
    cloud.create(taken, client=client)
    text = fault("InvalidKeyPairName.Duplicate", cloud.create, taken, client=client)
    assert text == f"The specified key pair name `{taken}` already exists."


def test_name_too_long(cloud, fault, client):
    text = fault("InvalidKeyPairNameTooLong", cloud.create, "a" * 26, client=client)
    assert text == (
        f"The specified key pair name `{'a' * 26}` is too long, more than `25` characters."
    )


@pytest.mark.parametrize("bad, first", [("my-key", "-"), ("a b+", " "), ("密钥", "密")])
def test_illegal_character(cloud, fault, client, bad, first):
    code = "InvalidKeyPairNameIncludeIllegalChar"
    text = fault(code, cloud.create, bad, client=client)
    assert text == f"The specified key pair name `{bad}` is include illegal character `{first}`."


def test_empty_name(cloud, fault, client):
    fault("InvalidKeyPairNameEmpty", cloud.create, "", client=client)


def test_project_not_found(cloud, name, fault, client):
    text = fault("InvalidProjectId.NotFound", cloud.create, name(), 7, client=client)
    assert text == "The specified project id `7` does not exist."


@pytest.mark.parametrize("region", ["mars", "gz"])
def test_unknown_region(name, fault, cloud, region):
    cloud.region = region
    fault("InvalidParameterValue", cloud.create, name())


def test_public_key_taken(cloud, name, fault, fresh_public_key):
    public_key = fresh_public_key()
    cloud.import_(name(), public_key + " one")
    fault("InvalidPublicKey.Duplicate", cloud.import_, name(), public_key + " two")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_public_key_of_another_kind(cloud, name, fault, fresh_public_key, kind):
    fault("InvalidPublicKey.Malformed", cloud.import_, name(), fresh_public_key(kind))


def test_accounts_do_not_see_each_other(cloud, other_cloud, name, fault):
    wanted = name()
    key_id = cloud.create(wanted).KeyPair.KeyId
    other_cloud.create(wanted)
    assert other_cloud.describe(KeyIds=[key_id]).KeyPairSet == []
    fault("InvalidKeyPairId.NotFound", other_cloud.delete, key_id)


def test_every_answer_is_200_and_exactly_json(cloud):
    # With a charset behind it the SDK takes an error for a success.
    for target in ("/?Action=", "/v2/index.php", "/?Action=CreateKeyPair&broken"):
        answer = requests.get(cloud.url + target, timeout=10)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        body = answer.json()["Response"]
        assert list(body) == ["Error", "RequestId"]
        assert answer.headers["x-tc-requestid"] == body["RequestId"]
    answer = requests.put(cloud.url + "/v2/index.php", timeout=10)
    assert answer.json()["Response"]["Error"]["Code"] == "UnsupportedProtocol"


def test_quota(own_cloud, name, fault):
    cloud = own_cloud("quota = 1\nrate_per_sec = 0")
    cloud.create(name())
    for sign, method in SIGNATURES:
        client = cloud.client(sign=sign, method=method)
        text = fault("InvalidKeyPair.LimitExceeded", cloud.create, name(), client=client)
        assert text == "The number of key pairs exceeds the limit `1`."


def test_rate_limit_counts_an_action_of_an_account(own_cloud, fault):
    cloud = own_cloud("rate_per_sec = 2")

    def hurry(client):
        for _ in range(50):
            cloud.describe(client)

    for sign, method in SIGNATURES:
        text = fault("RequestLimitExceeded", hurry, cloud.client(sign=sign, method=method))
        assert text == (
            "Your current request times equals to `3` in a second, which exceeds the frequency "
            "limit `2` for a second. Please reduce the frequency of calls."
        )
    cloud.client().call_json("DescribeRegions", {})


def test_temporary_credentials(own_cloud, name, fault):
    credential = (
        f'credentials = [{{ secret_id = "{DEMO[0]}", secret_key = "{DEMO[1]}", '
        'token = "session", account = "a" }]'
    )
    cloud = own_cloud(credential, token="session")
    cloud.create(name())
    fault(AUTH + "TokenFailure", Cloud(cloud.url).create, name())


def test_without_authentication_anybody_is_one_account(own_cloud):
    cloud = own_cloud('auth = "off"', credential=("nobody", "nothing"))
    created = cloud.create("a").KeyPair
    options = {"SkipSign": True}
    answer = cloud.client().call_json("DescribeKeyPairs", {}, options=options)
    assert [found["KeyId"] for found in answer["Response"]["KeyPairSet"]] == [created.KeyId]
