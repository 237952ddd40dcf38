"""Calls with the published demo accounts, some of them wrong: what makes series in /metrics."""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request

NOVA = "/compute/v2.1/os-keypairs"
ORANGE = "/v1/projects/3fa85f64-5717-4562-b3fc-2c963f66afa6/zones/zone-1/keypairs"
ORANGE_TOKEN = {"Authorization": "Bearer keyglot-demo-token"}
LOCKSMITH = "/locksmith/v1/keys"
PASSWORD = {"auth": {
    "identity": {"methods": ["password"], "password": {"user": {
        "name": "demo", "domain": {"id": "default"}, "password": "keyglot-demo"}}},
    "scope": {"project": {"name": "demo", "domain": {"id": "default"}}},
}}


def call(url, body=None, headers=()):
    """Status and bytes of an answer: to a POST if there is a body, else to a GET."""
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **dict(headers)},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def basic():
    """The header of Nova's demo account."""
    return {"Authorization": "Basic " + base64.b64encode(b"demo:keyglot-demo").decode()}


def tencent(url, action, **parameters):
    """A Tencent call, signed by signature v1."""
    asked = {
        "Action": action, "Nonce": "1", "Region": "ap-guangzhou", "Timestamp": str(int(time.time())),
        "SecretId": "AKIDkeyglotdemo00000000000000000000", "Version": "2017-03-12", **parameters,
    }
    host = url.split("://", 1)[1]
    plain = "&".join(f"{name}={asked[name]}" for name in sorted(asked))
    key = b"keyglotdemosecretkey000000000000"
    digest = hmac.new(key, f"GET{host}/?{plain}".encode(), hashlib.sha1).digest()
    asked["Signature"] = base64.b64encode(digest).decode()
    return call(f"{url}/?{urllib.parse.urlencode(asked)}")


def creates(url, name):
    """A create in every dialect, by its name."""
    return {
        "locksmith": lambda: call(url + LOCKSMITH, {"key_pair_id": name}),
        "nova": lambda: call(url + NOVA, {"keypair": {"name": name}}, basic()),
        "orange": lambda: call(url + ORANGE, {"name": name}, ORANGE_TOKEN),
        "tencent": lambda: tencent(url, "CreateKeyPair", KeyName=name, ProjectId="0"),
    }


def lists(url):
    """A list in every dialect, by its name."""
    return {
        "locksmith": lambda: call(url + LOCKSMITH),
        "nova": lambda: call(url + NOVA, headers=basic()),
        "orange": lambda: call(url + ORANGE, headers=ORANGE_TOKEN),
        "tencent": lambda: tencent(url, "DescribeKeyPairs"),
    }


def everything(url):
    """Creates, the same again, lists, wrong credentials, a log-in."""
    for _ in range(2):
        for create in creates(url, "watched").values():
            create()
    for one in lists(url).values():
        one()
    call(url + NOVA, headers={"X-Auth-Token": "nobody's"})
    call(url + ORANGE, headers={"Authorization": "Bearer nobody's"})
    call(url + "/identity/v3/auth/tokens", PASSWORD)


def too_often(url):
    """Lists until a call is refused for their number."""
    for _ in range(1000):
        if call(url + ORANGE, headers=ORANGE_TOKEN)[0] == 429:
            return
    raise AssertionError("no call was refused")


def all_at_once(url, times):
    """Creates in every dialect, `times` of each, at the same time."""
    jobs = [create for number in range(times) for create in creates(url, f"n{number}").values()]
    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()
