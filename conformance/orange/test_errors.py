"""Every documented error, as the client that openapi-python-client makes reports it."""

import uuid

import httpx
from conftest import Operations, assert_error
from errors import PROJECT, TABLE, TOKEN


class Damaging(httpx.HTTPTransport):
    """Makes of a request what a well-behaved client would not send."""

    def __init__(self, damage: dict):
        super().__init__()
        self._damage = damage

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        damage = self._damage
        headers = {
            name: value for name, value in request.headers.items() if name != "content-length"
        }
        headers |= {name.lower(): value for name, value in damage.get("headers", {}).items()}
        damaged = httpx.Request(
            damage.get("method", request.method),
            str(request.url).replace(*damage.get("url", ["", ""])),
            headers=headers,
            content=damage.get("body", request.read()),
        )
        return super().handle_request(damaged)


def call(client: Operations, case: dict):
    """Makes the case's call."""
    headers = {
        name: case[member]
        for name, member in (("x_api_key", "apiKey"), ("x_requester_id", "requesterId"))
        if case[member] is not None
    }
    body = {
        "public_key" if name == "publicKey" else name: value for name, value in case["body"].items()
    }
    if "tags" in body:
        body["tags"] = client.models.KeyPairInRequestTags.from_dict(body["tags"])
    calls = {
        "keyPairCreate": lambda: client.create(**body, **headers),
        "keyPairFind": lambda: client.find(**case["query"], **headers),
        "keyPairGet": lambda: client.get(uuid.UUID(case["keyPairId"]), **headers),
        "keyPairDelete": lambda: client.delete(uuid.UUID(case["keyPairId"]), **headers),
        "jobGet": lambda: client.job(uuid.UUID(case["jobId"]), **headers),
        "jobFind": lambda: client.jobs(**case["query"], **headers),
    }
    return calls[case["call"]]()


def test_every_documented_error_is_reported(package, error_cases, subtests):
    for case in error_cases("python"):
        with subtests.test(case["name"]):
            transport = Damaging(case["damage"])
            client = Operations(
                package, case["url"], case["token"], case["project"], case["zone"], transport
            )
            for _ in range(case["calls"]):
                answer = call(client, case)
            expected = dict(case["expect"])
            headers = expected.pop("headers")
            assert_error(answer, **expected)
            assert {name: answer.headers.get(name) for name in headers} == headers


def test_every_code_has_a_case(error_cases):
    assert {case["expect"]["code"] for case in error_cases("all")} == set(TABLE)


def test_every_status_of_the_description_has_a_case(served, error_cases):
    """409 is what 400 becomes where an operator wants it; golden files show it."""
    documented = {
        (operation["operationId"], int(status))
        for item in served.json()["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
        for status in operation["responses"]
    }
    statuses = {status for _, status in documented if status >= 300} - {409}
    assert statuses == {case["expect"]["status"] for case in error_cases("all")}


def test_the_rate_limit_comes_before_the_method(addresses):
    """Steps 3 and 4 of the order of checks."""
    path = f"{addresses['slow']}/v1/projects/{PROJECT}/zones/zone-1/keypairs"
    with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        statuses = [http.request("PATCH", path).status_code for _ in range(20)]
    assert (statuses[0], statuses[-1]) == (405, 429)
