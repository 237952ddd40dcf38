"""A store that is away is an error in the dialect's words, and readiness says so."""

import json
import urllib.error
import urllib.request

from conftest import BINARY
from gateway import Gateway


def test_a_store_that_goes_away_is_a_503_and_not_ready(redis, compute):
    with Gateway(BINARY, "--store", redis.url) as gateway:
        client = compute(gateway)
        assert client.create("before")[0] == 200
        redis.stop()
        status, body = client.create("after")
        assert status == 503
        assert body["serviceUnavailable"]["code"] == 503
        try:
            urllib.request.urlopen(gateway.admin + "/readyz", timeout=20)
            raise AssertionError("the gateway says that it is ready")
        except urllib.error.HTTPError as error:
            assert error.code == 503
            told = json.loads(error.read())
        document = json.load(urllib.request.urlopen(gateway.admin + "/openapi.json", timeout=20))
        described = document["paths"]["/readyz"]["get"]["responses"]["503"]["content"]
        properties = described["application/json"]["schema"]["properties"]
        assert told["status"] == properties["status"]["const"] == "not ready"
        assert told["reason"] in properties["reason"]["enum"]
        assert set(told) == set(properties)
