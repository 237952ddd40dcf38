"""The clients that are generated for other languages: a key pair's life and every documented error."""

import uuid

import pytest
from errors import PROJECT, TOKEN
from generated import HERE, by_openapi_typescript, compile_typescript, write_cases
from toolchains import go_tests, maven_tests, node_tests, require


@pytest.fixture
def variables(url, public_key):
    """What the tests of a client of that name are told; it has a zone of its own."""

    def make(client: str) -> dict[str, str]:
        return {
            "KEYGLOT_URL": url,
            "ORANGE_TOKEN": TOKEN,
            "ORANGE_PROJECT": PROJECT,
            "ORANGE_ZONE": f"{client}-{uuid.uuid4().hex[:8]}",
            "ORANGE_PUBLIC_KEY": public_key("rsa", 3072, "me@host"),
        }

    return make


def test_go(made_by_openapi_generator, error_cases, variables):
    copy = made_by_openapi_generator["go"]
    write_cases(copy, error_cases("go"))
    go_tests(copy, "openapi-generator's Go client", **variables("go"))


def test_java(made_by_openapi_generator, error_cases, variables):
    write_cases(made_by_openapi_generator["java"], error_cases("java"))
    maven_tests(HERE / "java", "openapi-generator's Java client", **variables("java"))


def test_typescript(made_by_openapi_generator, error_cases, variables):
    copy = made_by_openapi_generator["typescript-fetch"]
    compile_typescript(copy)
    write_cases(copy, error_cases("typescript"))
    node_tests(HERE / "typescript-fetch", "openapi-generator's TypeScript client", **variables("typescript"))


def test_openapi_fetch(served, error_cases, variables):
    require("node", "openapi-fetch")
    copy = by_openapi_typescript(served.content)
    compile_typescript(copy)
    write_cases(copy, error_cases("openapi-fetch"))
    node_tests(HERE / "openapi-fetch", "openapi-fetch", **variables("openapi-fetch"))
