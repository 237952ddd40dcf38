"""The description that is judged by, and what the gateway counts."""

import os
import re

import pytest
import requests


@pytest.fixture(scope="session")
def url() -> str:
    """The gateway's address."""
    return os.environ["KEYGLOT_URL"]


@pytest.fixture(scope="session")
def description(url) -> dict:
    """The served description."""
    return requests.get(f"{url}/openapi/orange.json", timeout=20).json()


@pytest.fixture
def answered():
    """How many requests the gateway has answered in this dialect's words."""

    def count() -> int:
        metrics = requests.get(os.environ["KEYGLOT_ADMIN"] + "/metrics", timeout=20).text
        counts = re.findall(r'^keyglot_requests_total\{[^}]*dialect="orange"[^}]*\} (\d+)$', metrics, re.M)
        return sum(map(int, counts))

    return count
