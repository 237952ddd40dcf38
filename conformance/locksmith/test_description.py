"""The served description: valid, true of every golden answer, and good enough to generate a client."""

import collections
import importlib

import httpx
import jsonschema
import openapi_spec_validator
import pytest
import referencing
from goldens import exchanges
from programs import generated_client
from referencing.jsonschema import DRAFT202012

PACKAGE = "locksmith_client"
# The gateway refuses here what the dialect routes elsewhere.
NO_PATH_OF_ITS_OWN = {"# edge: RouteNotFound", "# edge: MethodNotAllowed"}


@pytest.fixture(scope="session")
def served(server):
    """The description, asked for without credentials."""
    answer = httpx.get(f"{server.url}/openapi/locksmith.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    return answer


@pytest.fixture(scope="session")
def document(served):
    return served.json()


def escaped(text: str) -> str:
    """A name as a JSON pointer has it."""
    return text.replace("~", "~0").replace("/", "~1")


class Description:
    """What the document says of answers."""

    def __init__(self, document: dict):
        self.document = document
        resource = referencing.Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry = referencing.Registry().with_resource("urn:document", resource)

    def responses(self, path: str, method: str) -> dict[str, str]:
        """The pointers to an operation's answers, by status."""
        item = self.document["paths"].get(path, {})
        operation = item.get(method.lower()) if method.isupper() else None
        return {status: answer["$ref"] if "$ref" in answer else
                f"#/paths/{escaped(path)}/{method.lower()}/responses/{status}"
                for status, answer in operation["responses"].items()} if operation else {}

    def follow(self, pointer: str):
        """What a pointer points at."""
        found = self.document
        for name in pointer.removeprefix("#/").split("/"):
            found = found[name.replace("~1", "/").replace("~0", "~")]
        return found

    def check(self, pointer: str, value) -> None:
        """Whether a value is what a schema says."""
        schema = {"$ref": f"urn:document{pointer}"}
        jsonschema.Draft202012Validator(schema, registry=self._registry).validate(value)


@pytest.fixture(scope="session")
def description(document):
    return Description(document)


def test_is_a_valid_openapi_document(document):
    assert document["openapi"].startswith("3.1.")
    openapi_spec_validator.validate(document)


def test_examples_are_what_their_schemas_say(description):
    checked = 0
    for name, response in description.document["components"]["responses"].items():
        for media_type, content in response["content"].items():
            base = f"#/components/responses/{name}/content/{escaped(media_type)}"
            for example in content["examples"].values():
                description.check(f"{base}/schema", description.follow(example["$ref"])["value"])
                checked += 1
    for name, schema in description.document["components"]["schemas"].items():
        for example in schema.get("examples", []):
            description.check(f"#/components/schemas/{name}", example)
            checked += 1
    assert checked > 30


def statuses(document: dict) -> set[str]:
    """Every `status` that some schema of an answer has."""
    found = set()
    for schema in document["components"]["schemas"].values():
        status = schema.get("properties", {}).get("status", {})
        found.update(status.get("enum", [status["const"]] if "const" in status else []))
    return found


def test_is_true_of_every_golden_answer(description):
    seen, checked = set(), collections.Counter()
    for exchange in exchanges():
        path = exchange.path.removeprefix("/locksmith")
        responses = description.responses(path, exchange.method)
        if not responses or NO_PATH_OF_ITS_OWN & set(exchange.directives):
            continue
        if any("base_path" in directive for directive in exchange.directives):
            continue
        if exchange.status == 404:  # where the file has another base path
            assert exchange.body == "404 page not found\n", exchange.place
            continue
        pointer = responses.get(str(exchange.status))
        assert pointer, f"{exchange.place}: {exchange.status} is not described"
        described = description.follow(pointer)
        assert exchange.headers["content-type"] == "text/plain; charset=utf-8"
        for name, header in described.get("headers", {}).items():
            assert name.lower() in exchange.headers, f"{exchange.place}: {name} is missing"
        service = path in ("/healthz", "/version") and exchange.status == 200
        body = exchange.body if service else exchange.json
        [media_type] = described["content"]
        try:
            description.check(f"{pointer}/content/{escaped(media_type)}/schema", body)
        except jsonschema.ValidationError as error:
            pytest.fail(f"{exchange.place}: {error}")
        seen.add(None if service else body["status"])
        checked[(exchange.method, path, exchange.status)] += 1
    assert sum(checked.values()) > 150, checked
    assert statuses(description.document) == seen - {None}
    answered = {(method, path) for method, path, _ in checked}
    described = {
        (method.upper(), path)
        for path, item in description.document["paths"].items() for method in item
    }
    assert answered == described


@pytest.fixture(scope="session")
def package(served, tmp_path_factory):
    """The client package, generated from the description."""
    # The description says it in words: the type of the answers is text, and they are JSON.
    config = "content_type_overrides:\n  text/plain: application/json\n"
    return generated_client(served.content, PACKAGE, tmp_path_factory.mktemp("generated"), config)


class Client:
    """The operations of the generated client."""

    def __init__(self, package, url: str):
        self.models = importlib.import_module(f"{package.__name__}.models")
        self._package = package
        self._client = package.Client(base_url=f"{url}/locksmith", timeout=60)

    def __call__(self, operation: str, **named):
        module = importlib.import_module(f"{self._package.__name__}.api.{operation}")
        answer = module.sync_detailed(client=self._client, **named)
        assert answer.status_code == 200, answer.content
        assert answer.parsed is not None, answer.content
        return answer.parsed


def test_a_generated_client_goes_through_the_life_of_a_key_pair(package, server, halves):
    client = Client(package, server.url)
    models = client.models

    def create(route="create_key_pair", **fields):
        return client(f"key_pair.{route}", body=models.KeyPairCreate(**fields))

    def refused(answer, status):
        assert str(answer.status) == status, answer
        assert len(answer.errors) == 1

    store = client(
        "key_store.create_key_store", body=models.KeyStoreCreate(key_store_name="Generated Client"))
    assert isinstance(store, models.KeyStoreCreated)
    assert store.key_store_id == "generated-client"
    again = client(
        "key_store.create_key_store_by_later_route",
        body=models.KeyStoreCreate(key_store_name="generated client"))
    refused(again, "key-store-creation-failed")
    listed = client("key_store.list_key_stores")
    assert "generated-client" in listed.key_stores

    where = {"key_store_id": "generated-client"}
    refused(client("key_pair.list_key_pairs", **where), "empty-key-store")
    first = create(key_pair_id="First Key", passphrase="s3cr3t", store_private_key=True, **where)
    assert isinstance(first, models.KeyPairCreated)
    assert first.key_pair_id == "first-key"
    halves(first.key_pair.to_dict()).check()
    second = create("create_key_pair_by_later_route", key_pair_id="Second", key_store_name="generated-client")
    assert second.key_pair_id == "second"

    keys = client("key_pair.list_key_pairs", **where)
    assert isinstance(keys, models.KeyPairList)
    assert keys.key_pairs == ["first-key", "second"]
    for operation in ("key_pair.read_key_pair", "key_pair.list_key_pairs"):
        public = client(operation, key_pair_id="First Key", **where)
        assert isinstance(public, models.KeyPairRead)
        assert public.key_pair.to_dict() == {"public_key": first.key_pair.public_key}
        both = client(operation, key_pair_id="First Key", passphrase="s3cr3t", **where)
        assert both.key_pair.to_dict() == first.key_pair.to_dict()
    for fields, status in (
        ({"key_pair_id": "nope"}, "invalid-key-pair-id"),
        ({"key_pair_id": "second", "passphrase": ""}, "no-private-key"),
        ({"key_pair_id": "first-key", "passphrase": "no"}, "private-key-decryption-error"),
    ):
        refused(client("key_pair.read_key_pair", **fields, **where), status)
    refused(client("key_pair.read_key_pair", key_pair_id="x", key_store_id="none"), "invalid-key-store")
    refused(create(key_pair_id="first key", **where), "key-pair-exists")
    refused(create(key_pair_id="!!!", **where), "key-pair-id-missing")
    long = create(key_pair_id="x" * 256, **where)
    refused(long, "key-pair-generation-error")
    assert long.messages == ["Key Pair generation error!"]
    assert client("service.health") == "OK"
    assert client("service.version") == "Locksmith version: 0.0.1\n"
