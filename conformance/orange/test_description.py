"""The served description."""

import openapi_spec_validator


def test_is_served_to_anybody(served):
    assert served.status_code == 200
    assert served.headers["content-type"] == "application/json"


def test_is_a_valid_openapi_document(served):
    document = served.json()
    assert document["openapi"].startswith("3.1.")
    openapi_spec_validator.validate(document)


def test_every_operation_has_a_client(package, served):
    operations = [
        operation["operationId"]
        for item in served.json()["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    assert sorted(operations) == [
        "jobFind",
        "jobGet",
        "keyPairCreate",
        "keyPairDelete",
        "keyPairFind",
        "keyPairGet",
    ]
