"""The clients of Orange's API are generated from the description that the gateway serves.

There is no SDK of the vendor's. Nothing of a client is kept: it is generated anew in each run, so
it is always that of the description which is served.
"""

import importlib
import os
import pathlib
import uuid

import errors
import gateways
import generated
import httpx
import pytest
from errors import PROJECT, TOKEN
from programs import generated_client, run

PACKAGE = "orange_client"


@pytest.fixture(scope="session")
def url() -> str:
    """The gateway's address."""
    return os.environ["KEYGLOT_URL"]


@pytest.fixture(scope="session")
def served(url) -> httpx.Response:
    """The description, asked for without credentials."""
    return httpx.get(f"{url}/openapi/orange.json")


@pytest.fixture(scope="session")
def package(served, tmp_path_factory):
    """The client package, generated from the description."""
    return generated_client(served.content, PACKAGE, tmp_path_factory.mktemp("generated"))


class Operations:
    """The operations of the generated client in one zone of one project."""

    def __init__(self, package, url: str, token: str | None, project: str, zone: str, transport=None):
        self.models = importlib.import_module(f"{package.__name__}.models")
        self.unset = importlib.import_module(f"{package.__name__}.types").UNSET
        self.project, self.zone = project, zone
        self._package = package
        base = {"base_url": f"{url}/v1", "timeout": 60, "httpx_args": {"transport": transport}}
        if token is None:
            self._client = package.Client(**base)
        else:
            self._client = package.AuthenticatedClient(token=token, **base)

    def _call(self, module: str, *arguments, **named):
        name = f"{self._package.__name__}.api.{module}"
        operation = importlib.import_module(name).sync_detailed
        return operation(*arguments, client=self._client, **named)

    def create(self, name: str, x_api_key=None, x_requester_id=None, **fields):
        """keyPairCreate."""
        headers = _given(x_api_key=x_api_key, x_requester_id=x_requester_id)
        body = self.models.KeyPairInRequest(name=name, **fields)
        return self._call("key_pair.key_pair_create", self.project, self.zone, body=body, **headers)

    def find(self, **query):
        """keyPairFind."""
        return self._call("key_pair.key_pair_find", self.project, self.zone, **query)

    def get(self, key_pair_id: uuid.UUID, **headers):
        """keyPairGet."""
        return self._call("key_pair.key_pair_get", self.project, self.zone, key_pair_id, **headers)

    def delete(self, key_pair_id: uuid.UUID, **headers):
        """keyPairDelete."""
        return self._call("key_pair.key_pair_delete", self.project, self.zone, key_pair_id, **headers)

    def job(self, job_id: uuid.UUID, **headers):
        """jobGet."""
        return self._call("job.job_get", self.project, job_id, **headers)

    def jobs(self, **query):
        """jobFind."""
        return self._call("job.job_find", self.project, **query)


def _given(**arguments) -> dict:
    return {name: value for name, value in arguments.items() if value is not None}


@pytest.fixture
def operations(package, url):
    """Makes clients; each has a zone of its own unless one is named."""

    def make(token: str = TOKEN, project: str = PROJECT, zone: str | None = None) -> Operations:
        zone = zone or f"zone-{uuid.uuid4().hex[:12]}"
        return Operations(package, url, token, project, zone)

    return make


@pytest.fixture
def client(operations) -> Operations:
    """A client of the first demo account."""
    return operations()


@pytest.fixture(scope="session")
def made_by_openapi_generator(served, tmp_path_factory) -> dict[str, pathlib.Path]:
    """The folders of the clients of openapi-generator, by name."""
    return generated.by_openapi_generator(served.content, tmp_path_factory.mktemp("generator"))


@pytest.fixture(scope="session")
def addresses(url, public_key, tmp_path_factory):
    """The gateways that errors come from."""
    folder = tmp_path_factory.mktemp("gateways")
    with gateways.all_of_them(url, folder, public_key("rsa", 3072)) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def error_cases(addresses, public_key):
    """Makes the cases of every documented error, for a client of that name."""
    weak, fits = public_key("rsa", 1024), public_key("rsa", 3072)
    keys = {
        "key": fits,
        "ed25519 key": public_key("ed25519"),
        "damaged key": f"{fits[:400]}]{fits[401:]}",
        "weak key": f"{weak} {'c' * 400}",
    }
    return lambda client: errors.cases(addresses, f"{client}-{uuid.uuid4().hex[:8]}", keys)


@pytest.fixture(scope="session")
def public_key(tmp_path_factory):
    """Makes public key lines with OpenSSH."""
    folder = tmp_path_factory.mktemp("keys")

    def make(kind: str, bits: int | None = None, comment: str = "") -> str:
        path = folder / f"{kind}-{uuid.uuid4().hex}"
        size = [] if bits is None else ["-b", str(bits)]
        run("ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", comment, "-f", str(path))
        return path.with_suffix(".pub").read_text().strip()

    return make


def assert_error(answer, status: int, code: int, message: str, description: str):
    """The client has parsed an error, and it is this one."""
    assert answer.status_code == status, answer.content
    parsed = answer.parsed
    assert type(parsed).__name__ == "ErrorRepresentation"
    assert (parsed.code, parsed.message, parsed.description) == (code, message, description)
