"""The vendor's SDKs for other languages, each driven by tests in its own language."""

import os
import pathlib

import pytest
from toolchains import go_tests, maven_tests, node_tests

HERE = pathlib.Path(__file__).resolve().parent

# Small numbers, so that each limit is soon reached. The time window leaves a slow machine enough,
# and makes a call that was held back for some seconds too old.
STRICT = "quota = 1\nrate_per_sec = 2\nskew_secs = 5"


@pytest.mark.parametrize(
    "run, folder, client",
    [
        (go_tests, "go", "tencentcloud-sdk-go"),
        (node_tests, "node", "tencentcloud-sdk-nodejs-cvm"),
        (maven_tests, "java", "tencentcloud-sdk-java-cvm"),
    ],
    ids=["go", "node", "java"],
)
def test_sdk(own_cloud, run, folder, client):
    strict = own_cloud(STRICT)
    run(HERE / folder, client, KEYGLOT_URL=os.environ["KEYGLOT_URL"], KEYGLOT_STRICT_URL=strict.url)
