"""The client is the vendor's command line, unmodified, run as a program."""

import contextlib
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import pytest
from gateway import Gateway
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

DEMO = ("AKIDkeyglotdemo00000000000000000000", "keyglotdemosecretkey000000000000")
REGION = "ap-guangzhou"

# How the program words an error, on standard error.
ERROR = re.compile(r"\[TencentCloudSDKException\] code:(\S+) message:(.*) requestId:([0-9A-Fa-f-]{36})")

# Read by the interpreter before the program: gives it a clock that is wrong.
WRONG_CLOCK = """
import os, time
real, minutes = time.time, float(os.environ["WRONG_BY_MINUTES"])
time.time = lambda: real() + 60 * minutes
"""


class CommandLine:
    """The program, with a home and settings of its own."""

    def __init__(self, home: pathlib.Path, endpoint: str):
        self.endpoint = endpoint
        self.secret_id, self.secret_key = DEMO
        self.variables = {"HOME": str(home), "PATH": os.environ["PATH"]}
        self.options = ["--region", REGION]
        self.service = "cvm"

    def run(self, action: str, *arguments: str) -> subprocess.CompletedProcess:
        program = pathlib.Path(sys.executable).parent / "tccli"
        credential = []
        if self.secret_id:
            credential = ["--secretId", self.secret_id, "--secretKey", self.secret_key]
        command = [program, self.service, action, *arguments, "--endpoint", self.endpoint]
        return subprocess.run(
            [*command, *credential, *self.options],
            capture_output=True,
            text=True,
            env=self.variables,
            timeout=120,
        )

    def __call__(self, action: str, *arguments: str) -> dict:
        """A call that must succeed; its answer."""
        ran = self.run(action, *arguments)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    def fault(self, code: str, action: str, *arguments: str) -> str:
        """A call that must fail with a code; its message."""
        ran = self.run(action, *arguments)
        assert ran.returncode == 255, ran.stdout + ran.stderr
        found = ERROR.search(ran.stderr)
        assert found is not None, ran.stdout + ran.stderr
        assert found[1] == code, ran.stderr
        return found[2]


@pytest.fixture
def tccli(tmp_path):
    """The program, pointed at the suite's gateway."""
    return CommandLine(tmp_path, os.environ["KEYGLOT_URL"])


@pytest.fixture
def own_tccli(tmp_path):
    """Starts a gateway with a config section of one's own, and gives the program, pointed at it."""
    started = []

    def start(section):
        config = tmp_path / "keyglot.toml"
        config.write_text(f"[tencent]\n{section}\n")
        started.append(Gateway(os.environ["KEYGLOT_BINARY"], config=config))
        return CommandLine(tmp_path, started[-1].url)

    yield start
    for gateway in started:
        assert gateway.stop() == 0


@pytest.fixture
def crowd():
    """Calls an action over and over, as fast as one can, with the SDK that the program is made of."""
    ends = threading.Event()
    callers = []

    def start(tccli, action):
        http = HttpProfile(protocol="http", endpoint=tccli.endpoint.removeprefix("http://"))
        profile = ClientProfile(httpProfile=http)
        client = CommonClient("cvm", "2017-03-12", Credential(*DEMO), REGION, profile)

        def call():
            while not ends.is_set():
                with contextlib.suppress(TencentCloudSDKException):
                    client.call_json(action, {})

        callers.append(threading.Thread(target=call))
        callers[-1].start()

    yield start
    ends.set()
    for caller in callers:
        caller.join()


@pytest.fixture
def wrong_clock(tccli, tmp_path):
    """Gives the program a clock that is wrong by so many minutes."""

    def set_wrong(minutes: int) -> None:
        (tmp_path / "sitecustomize.py").write_text(WRONG_CLOCK)
        tccli.variables |= {"PYTHONPATH": str(tmp_path), "WRONG_BY_MINUTES": str(minutes)}

    return set_wrong


_numbers = itertools.count()


@pytest.fixture
def name():
    """Makes names that no earlier run has used."""
    return lambda: f"c{time.time_ns() // 1000 % 10**12:x}_{next(_numbers)}"
