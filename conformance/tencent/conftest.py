"""The client is the vendor's Python SDK, unmodified; keys are judged by OpenSSH."""

import itertools
import os
import pathlib
import subprocess
import time
import urllib.parse

import pytest
from gateway import Gateway
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.cvm.v20170312 import cvm_client, models

DEMO = ("AKIDkeyglotdemo00000000000000000000", "keyglotdemosecretkey000000000000")
DEMO2 = ("AKIDkeyglotdemo11111111111111111111", "keyglotdemosecretkey111111111111")
REGION = "ap-guangzhou"

# Every way of signing that the SDK has.
SIGNATURES = [
    ("TC3-HMAC-SHA256", "POST"),
    ("TC3-HMAC-SHA256", "GET"),
    ("HmacSHA256", "POST"),
    ("HmacSHA256", "GET"),
    ("HmacSHA1", "POST"),
    ("HmacSHA1", "GET"),
]


def address(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc


def profile(endpoint, sign="TC3-HMAC-SHA256", method="POST", apigw=None, unsigned=False):
    """The SDK's settings for an endpoint; it takes `host:port`, with a path and even a scheme."""
    http = HttpProfile(protocol="http", endpoint=endpoint, reqMethod=method)
    http.apigw_endpoint = apigw
    settings = ClientProfile(signMethod=sign, httpProfile=http)
    settings.unsignedPayload = unsigned
    return settings


class Cloud:
    """One account at one gateway."""

    def __init__(self, url: str, credential=DEMO, region=REGION, token=None):
        self.url = url
        self.address = address(url)
        self.credential = Credential(*credential, token)
        self.region = region
        self._made = []

    def client(self, endpoint=None, **settings):
        chosen = profile(endpoint or self.address, **settings)
        return cvm_client.CvmClient(self.credential, self.region, chosen)

    def tag_client(self, **settings):
        chosen = profile(self.address, **settings)
        return CommonClient("tag", "2018-08-13", self.credential, self.region, chosen)

    def create(self, name, project=0, client=None, tags=None):
        request = models.CreateKeyPairRequest()
        request.KeyName, request.ProjectId = name, project
        request.TagSpecification = tag_specification(tags)
        answer = (client or self.client()).CreateKeyPair(request)
        self._made.append(answer.KeyPair.KeyId)
        return answer

    def import_(self, name, public_key, project=0, client=None, tags=None):
        request = models.ImportKeyPairRequest()
        request.KeyName, request.ProjectId, request.PublicKey = name, project, public_key
        request.TagSpecification = tag_specification(tags)
        answer = (client or self.client()).ImportKeyPair(request)
        self._made.append(answer.KeyId)
        return answer

    def describe(self, client=None, **parameters):
        request = models.DescribeKeyPairsRequest()
        request._deserialize(parameters)
        return (client or self.client()).DescribeKeyPairs(request)

    def delete(self, *ids, client=None):
        request = models.DeleteKeyPairsRequest()
        request.KeyIds = list(ids)
        answer = (client or self.client()).DeleteKeyPairs(request)
        self._made = [made for made in self._made if made not in ids]
        return answer

    def clean_up(self):
        for key_id in self._made:
            try:
                self.delete(key_id)
            except TencentCloudSDKException as error:
                if error.get_code() != "InvalidKeyPairId.NotFound":
                    raise
        self._made = []


def tag_specification(tags):
    if tags is None:
        return None
    specification = models.TagSpecification()
    specification.ResourceType = "keypair"
    specification.Tags = []
    for key, value in tags.items():
        tag = models.Tag()
        tag.Key, tag.Value = key, value
        specification.Tags.append(tag)
    return [specification]


@pytest.fixture
def cloud():
    """The first demo account at the suite's gateway."""
    account = Cloud(os.environ["KEYGLOT_URL"])
    yield account
    account.clean_up()


@pytest.fixture
def other_cloud():
    """The second demo account there."""
    account = Cloud(os.environ["KEYGLOT_URL"], credential=DEMO2)
    yield account
    account.clean_up()


@pytest.fixture
def own_cloud(tmp_path):
    """Starts a gateway with a config section of one's own, and gives the account at it."""
    started = []

    def start(section, **account):
        config = tmp_path / f"keyglot-{len(started)}.toml"
        config.write_text(f"[tencent]\n{section}\n")
        started.append(Gateway(os.environ["KEYGLOT_BINARY"], config=config))
        return Cloud(started[-1].url, **account)

    yield start
    for gateway in started:
        assert gateway.stop() == 0


_numbers = itertools.count()


@pytest.fixture
def name():
    """Makes names that no earlier run has used."""
    return lambda: f"t{time.time_ns() // 1000 % 10**12:x}_{next(_numbers)}"


@pytest.fixture
def fault():
    """Expects an error with a code, and gives its message."""

    def expect(code, call, *arguments, **keywords):
        with pytest.raises(TencentCloudSDKException) as caught:
            call(*arguments, **keywords)
        assert caught.value.get_code() == code, caught.value
        assert caught.value.get_request_id()
        return caught.value.get_message()

    return expect


@pytest.fixture
def public_half(tmp_path):
    """The public key that OpenSSH finds in a private one, without comment."""

    def of(private_key):
        path = tmp_path / "key"
        path.write_text(private_key)
        path.chmod(0o600)
        made = subprocess.run(
            ["ssh-keygen", "-y", "-f", path], capture_output=True, text=True, check=True
        )
        path.unlink()
        return " ".join(made.stdout.split()[:2])

    return of


@pytest.fixture
def fresh_public_key(tmp_path):
    """Makes public keys as a user would."""

    def make(kind="rsa", bits=2048, comment=""):
        path = pathlib.Path(tmp_path / f"own{next(_numbers)}")
        size = ["-b", str(bits)] if kind == "rsa" else []
        subprocess.run(
            ["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", comment, "-f", path], check=True
        )
        return path.with_suffix(".pub").read_text().strip()

    return make
