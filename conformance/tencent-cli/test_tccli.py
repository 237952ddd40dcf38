"""The whole life of a key pair and its errors, from a shell."""

import json
import re
import subprocess

import pytest

UNKNOWN = "skey-zzzzzzzz"


def create(tccli, name, *arguments):
    made = tccli("CreateKeyPair", "--KeyName", name, "--ProjectId", "0", *arguments)
    return made["KeyPair"]


def describe(tccli, *arguments):
    return tccli("DescribeKeyPairs", *arguments)


def ids(*texts):
    return json.dumps(texts)


def delete(tccli, *key_ids):
    return tccli("DeleteKeyPairs", "--KeyIds", ids(*key_ids))


def test_whole_life(tccli, name, tmp_path):
    tags = [{"Key": "a b", "Value": "x+y&z"}, {"Key": "未", "Value": "命名"}]
    specification = json.dumps([{"ResourceType": "keypair", "Tags": tags}])
    wanted = name()
    made = create(tccli, wanted, "--TagSpecification", specification)
    key_id = made["KeyId"]
    assert re.fullmatch(r"skey-[a-z0-9]{8}", key_id)
    assert made["KeyName"] == wanted
    private_key = tmp_path / "key"
    private_key.touch(mode=0o600)
    private_key.write_text(made.pop("PrivateKey"))
    derived = subprocess.run(
        ["ssh-keygen", "-y", "-f", private_key], capture_output=True, text=True, check=True
    )
    assert derived.stdout.split()[:2] == made["PublicKey"].split()[:2]
    [seen] = describe(tccli, "--KeyIds", ids(key_id))["KeyPairSet"]
    # The program shows what an answer lacks as null.
    assert seen.pop("PrivateKey") is None
    assert seen == made
    assert seen["Tags"] == tags

    change = ["--KeyName", name(), "--Description", "any text, 密"]
    answer = tccli("ModifyKeyPairAttribute", "--KeyId", key_id, *change)
    assert list(answer) == ["RequestId"]
    [seen] = describe(tccli, "--KeyIds", ids(key_id))["KeyPairSet"]
    assert [seen["KeyName"], seen["Description"]] == change[1::2]

    pair = ["--KeyIds", ids(key_id), "--InstanceIds", ids("ins-0000000a", "ins-0000000b")]
    tccli("AssociateInstancesKeyPairs", *pair, "--ForceStop", "True")
    text = tccli.fault("InvalidParameterValue.KeyPairNotSupported", "DeleteKeyPairs", *pair[:2])
    assert key_id in text
    tccli("DisassociateInstancesKeyPairs", *pair)
    delete(tccli, key_id)
    assert describe(tccli, "--KeyIds", ids(key_id))["KeyPairSet"] == []


def test_import_pages_and_filters(tccli, name, tmp_path):
    mark = name()
    made = []
    for number in range(2):
        path = tmp_path / f"own{number}"
        command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "me", "-f", path]
        subprocess.run(command, check=True)
        public_key = path.with_suffix(".pub").read_text()
        project = ["--ProjectId", "1001", "--PublicKey", public_key]
        answer = tccli("ImportKeyPair", "--KeyName", f"{mark}_{number}", *project)
        made.append(answer["KeyId"])
    by_name = ["--Filters", json.dumps([{"Name": "key-name", "Values": [mark]}])]
    pages = [describe(tccli, *by_name, "--Offset", at, "--Limit", "1") for at in ("0", "1")]
    assert [page["TotalCount"] for page in pages] == [2, 2]
    paged = [pair for page in pages for pair in page["KeyPairSet"]]
    assert sorted(pair["KeyId"] for pair in paged) == sorted(made)
    [last] = [pair for pair in paged if pair["KeyId"] == made[-1]]
    assert last["PublicKey"] == public_key.strip()
    unfolded = ["--Filters.0.Name", "project-id", "--Filters.0.Values", "0", "--cli-unfold-argument"]
    assert not set(made) & {pair["KeyId"] for pair in describe(tccli, *unfolded)["KeyPairSet"]}
    tccli.fault("InvalidPublicKey.Duplicate", "ImportKeyPair", "--KeyName", name(), *project)
    delete(tccli, *made)


def test_tags_and_places(tccli, name):
    key_id = create(tccli, name())["KeyId"]
    regions = tccli("DescribeRegions")["RegionSet"]
    assert "ap-guangzhou" in [region["Region"] for region in regions]
    assert tccli("DescribeZones")["ZoneSet"][0]["Zone"] == "ap-guangzhou-1"
    tccli.service = "tag"
    resource = ["--Resource", f"qcs::cvm:ap-guangzhou:uin/:keypair/{key_id}"]
    tccli("ModifyResourceTags", *resource, "--ReplaceTags", '[{"TagKey": "a", "TagValue": "b"}]')
    kind = ["--ServiceType", "cvm", "--ResourcePrefix", "keypair", "--ResourceRegion", "ap-guangzhou"]
    answer = tccli("DescribeResourceTagsByResourceIds", *kind, "--ResourceIds", ids(key_id))
    assert [(tag["TagKey"], tag["TagValue"]) for tag in answer["Tags"]] == [("a", "b")]
    tccli.service = "cvm"
    delete(tccli, key_id)


def test_an_endpoint_with_a_path(tccli):
    tccli.endpoint += "/v2/index.php"
    request_id = describe(tccli, "--Limit", "1")["RequestId"]
    assert request_id == request_id.upper()


def test_credentials_from_the_environment(tccli):
    tccli.variables |= {
        "TENCENTCLOUD_SECRET_ID": tccli.secret_id,
        "TENCENTCLOUD_SECRET_KEY": tccli.secret_key,
        "TENCENTCLOUD_REGION": "ap-guangzhou",
    }
    tccli.secret_id, tccli.options = None, []
    assert describe(tccli, "--Limit", "1")["TotalCount"] >= 0


def test_faults_of_credentials(tccli, name):
    create_one = ["CreateKeyPair", "--KeyName", name(), "--ProjectId", "0"]
    right = tccli.secret_key
    tccli.secret_key = "another key"
    text = tccli.fault("AuthFailure.SignatureFailure", *create_one)
    assert text == (
        "The provided credentials could not be validated. Please check your signature is correct."
    )
    tccli.secret_id, tccli.secret_key = "AKIDnobody", right
    text = tccli.fault("AuthFailure.SecretIdNotFound", *create_one)
    assert text == "The SecretId is not found, please ensure that your SecretId is correct."


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_that_is_wrong(tccli, wrong_clock, minutes):
    wrong_clock(minutes)
    text = tccli.fault("AuthFailure.SignatureExpire", "DescribeKeyPairs")
    assert text.startswith("Signature expired. Please use local time and enable NTP service")


LONG = "a" * 26


@pytest.mark.parametrize(
    "code, text, name, project",
    [
        ("InvalidKeyPairNameEmpty", "The specified key pair name is empty.", "", "0"),
        (
            "InvalidKeyPairNameTooLong",
            f"The specified key pair name `{LONG}` is too long, more than `25` characters.",
            LONG,
            "0",
        ),
        (
            "InvalidKeyPairNameIncludeIllegalChar",
            "The specified key pair name `my-密` is include illegal character `-`.",
            "my-密",
            "0",
        ),
        ("InvalidProjectId.NotFound", "The specified project id `7` does not exist.", "a", "7"),
    ],
)
def test_faults_of_values(tccli, code, text, name, project):
    given = ["--KeyName", name, "--ProjectId", project]
    assert tccli.fault(code, "CreateKeyPair", *given) == text


@pytest.mark.parametrize(
    "code, action, arguments",
    [
        ("MissingParameter", "ModifyKeyPairAttribute", ["--KeyId", UNKNOWN]),
        ("InvalidKeyPairId.NotFound", "DeleteKeyPairs", ["--KeyIds", ids(UNKNOWN)]),
        ("InvalidKeyPairId.Malformed", "DescribeKeyPairs", ["--KeyIds", ids("skey-1")]),
        ("InvalidParameterValueLimit", "DescribeKeyPairs", ["--Limit", "101"]),
        ("InvalidFilter", "DescribeKeyPairs", ["--Filters", '[{"Name": "x", "Values": ["y"]}]']),
    ],
)
def test_faults_of_calls(tccli, code, action, arguments):
    tccli.fault(code, action, *arguments)


def test_a_missing_parameter(tccli, tmp_path):
    # From a file; of parameters on its command line the program itself misses those required.
    given = tmp_path / "given.json"
    given.write_text('{"KeyName": "a"}')
    text = tccli.fault("MissingParameter", "CreateKeyPair", "--cli-input-json", f"file://{given}")
    assert text == "The request is missing a required parameter `ProjectId`."


def test_the_program_itself_refuses_unknown_parameters(tccli):
    ran = tccli.run("CreateKeyPair", "--KeyName", "a", "--ProjectId", "0", "--DryRun", "True")
    assert ran.returncode == 255
    assert "Unknown options: --DryRun" in ran.stderr


def test_quota_and_duplicate(own_tccli, name):
    tccli = own_tccli("quota = 1")
    taken = name()
    create(tccli, taken)
    asked = ["CreateKeyPair", "--ProjectId", "0", "--KeyName"]
    text = tccli.fault("InvalidKeyPairName.Duplicate", *asked, taken)
    assert text == f"The specified key pair name `{taken}` already exists."
    text = tccli.fault("InvalidKeyPair.LimitExceeded", *asked, name())
    assert text == "The number of key pairs exceeds the limit `1`."


def test_rate_limit(own_tccli, crowd):
    tccli = own_tccli("rate_per_sec = 1")
    crowd(tccli, "DescribeKeyPairs")
    # One call a second gets through, and once in a long while it may be this one.
    attempts = (tccli.run("DescribeKeyPairs") for _ in range(5))
    refused = next(ran for ran in attempts if ran.returncode != 0)
    assert (
        "code:RequestLimitExceeded message:Your current request times equals to `2` in a second, "
        "which exceeds the frequency limit `1` for a second." in refused.stderr
    )
    tccli("DescribeZones")  # another action, another count
