"""The answers in the dialect's golden files, which hold every error: each is one that the
description has.

What the description leaves out is left out here too: paths that name nothing, the description
itself, methods that a path does not have (its answer is that of any error), and faults of routing.
"""

import json
import pathlib
import re

import jsonschema_rs
import pytest

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "dialects/orange/tests/golden"
PREFIX = re.compile(r"^.*?(?=/projects/)")
REQUEST = re.compile(r"^(?P<method>[A-Z]+) (?P<path>[^ ?]*)[^ ]*$", re.M)


def exchanges(text: str):
    """Method, path, status, headers and body of each exchange of a golden file."""
    for exchange in text.split("\n---\n"):
        request, _, answer = exchange.partition("\n=== ")
        found = REQUEST.search("\n".join(line for line in request.split("\n") if line[:1] != "#"))
        head, _, body = answer.partition("\n\n")
        status, *headers = head.strip().split("\n")
        names = {line.split(": ", 1)[0]: line.split(": ", 1)[1] for line in headers}
        yield found["method"], found["path"], status, names, body.strip()


class Description:
    """Says what is wrong with an answer."""

    def __init__(self, document: dict):
        self._document = document
        self._templates = {
            re.compile("^" + re.sub(r"\{\w+\}", "[^/]+", template) + "$"): item
            for template, item in document["paths"].items()
        }

    def resolved(self, value: dict) -> dict:
        if "$ref" not in value:
            return value
        found = self._document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found

    def operation(self, method: str, path: str) -> dict | None:
        """What is described of a method of a path. HEAD is what GET is."""
        method = "get" if method == "HEAD" else method.lower()
        path = PREFIX.sub("", path)
        for template, item in self._templates.items():
            if template.match(path):
                return item.get(method)
        return None

    def problems(self, operation: dict, method: str, status: str, headers: dict, body: str):
        """What the description does not have."""
        if status not in operation["responses"]:
            return [f"status {status} is not described"]
        answer = self.resolved(operation["responses"][status])
        described = {name.lower(): self.resolved(header) for name, header in answer.get("headers", {}).items()}
        # Of every answer the introduction says that it is not to be stored.
        known = {*described, "content-type", "cache-control"}
        found = [f"header {name} is not described" for name in headers if name not in known]
        found += [
            f"header {name}: {headers[name]}"
            for name, header in described.items()
            if name in headers and not self.fits(header["schema"], self._typed(header["schema"], headers[name]))
        ]
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if method == "HEAD" or schema is None:
            return found + ([f"body: {body}"] if body else [])
        if headers.get("content-type") != "application/json":
            found.append(f"content type {headers.get('content-type')}")
        if not self.fits(schema, json.loads(body)):
            found.append(f"body: {body[:300]}")
        return found

    @staticmethod
    def _typed(schema: dict, text: str):
        return int(text) if schema["type"] == "integer" and text.isdigit() else text

    def fits(self, schema: dict, value) -> bool:
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema,
                 "components": self._document["components"]}
        return jsonschema_rs.validator_for(whole, validate_formats=True).is_valid(value)


@pytest.fixture(scope="module")
def judged(description):
    """Every described exchange with what is wrong with it."""
    judge = Description(description)
    found = []
    for path in sorted(GOLDEN.rglob("*.http")):
        for number, (method, target, status, headers, body) in enumerate(exchanges(path.read_text()), 1):
            operation = judge.operation(method, target)
            if operation is not None:
                where = f"{path.relative_to(GOLDEN)}, exchange {number}"
                problems = judge.problems(operation, method, status, headers, body)
                found.append((operation["operationId"], status, where, problems))
    return found


def test_every_golden_answer_is_described(judged):
    assert len(judged) > 400
    wrong = [f"{where}: {problem}" for _, _, where, problems in judged for problem in problems]
    assert not wrong, "\n".join(wrong)


def test_every_described_status_has_a_golden_answer(judged, description):
    """Each success of each operation, and each error once: it is the same for all of them."""
    shown = {(operation, status) for operation, status, _, _ in judged}
    statuses = {status for _, status in shown}
    described = {
        (operation["operationId"], status)
        for item in description["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
        for status in operation["responses"]
    }
    assert {status for _, status in described} == statuses
    successes = {pair for pair in described if pair[1] < "300"}
    assert successes <= shown


def test_every_example_fits_its_schema(description):
    judge = Description(description)
    count = 0
    operations = [
        operation
        for item in description["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    contents = [operation.get("requestBody", {}).get("content", {}) for operation in operations]
    contents += [
        judge.resolved(answer).get("content", {})
        for operation in operations
        for answer in operation["responses"].values()
    ]
    for content in contents:
        for media in content.values():
            assert media["examples"], "a body without an example"
            for example in media["examples"].values():
                assert judge.fits(media["schema"], judge.resolved(example)["value"]), example
                count += 1
    assert count > 30
