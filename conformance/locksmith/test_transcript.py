"""The key pair part of the cloud's own acceptance script, on a fresh server."""

import pytest

JSON = ("--header", "Content-Type: application/json")
FORM = ("--header", "Content-Type: application/x-www-form-urlencoded")
API = "/locksmith/v1/"


@pytest.mark.parametrize("content_type", [JSON, FORM], ids=["json", "form"])
@pytest.mark.parametrize(
    "key, keystore", [("key", "keystore"), ("keys", "keystores")], ids=["later", "earlier"]
)
def test_transcript(own_gateway, halves, key, keystore, content_type):
    server = own_gateway()

    def get(path):
        return server.curl(API + path).json

    def post(path, fields):
        answer = server.post(API + path, fields, *content_type).json
        assert answer["status"] == "success", answer
        return answer

    assert get("keystores")["key_stores"] == ["default"]
    store = post(keystore, {"key_store_name": "Example Labs"})
    assert store["key_store_id"] == "example-labs"
    assert get("keystores")["key_stores"] == ["default", "example-labs"]

    first = post(key, {"key_pair_id": "MyKeyPair"})
    assert first["key_pair_id"] == "mykeypair"
    second = post(
        key,
        {
            "key_pair_id": "Server Key Pair",
            "key_store_id": "example-labs",
            "store_private_key": True,
        },
    )
    assert second["key_pair_id"] == "server-key-pair"
    third = post(
        key, {"key_pair_id": "VDI Terminal", "store_private_key": True, "passphrase": "s3cr3t"}
    )
    assert third["key_pair_id"] == "vdi-terminal"
    for created in (first, second, third):
        halves(created["key_pair"]).check()

    assert get("keys")["key_pairs"] == ["mykeypair", "vdi-terminal"]
    assert get("keys?key_store_id=example-labs")["key_pairs"] == ["server-key-pair"]

    read = get(f"{key}?key_pair_id=MyKeyPair")
    assert read["key_pair"] == {"public_key": first["key_pair"]["public_key"]}
    assert read["messages"] == [
        "Public Key for Key Pair ID 'MyKeyPair' (mykeypair) in Key Store 'default'"
    ]
    server_key_pair = f"{key}?key_pair_id=Server%20Key%20Pair&key_store_id=example-labs"
    assert get(f"{server_key_pair}&passphrase=")["key_pair"] == second["key_pair"]
    assert get(f"{key}?key_pair_id=VDI%20Terminal&passphrase=s3cr3t")["key_pair"] == third["key_pair"]
    refused = get(f"{key}?key_pair_id=VDI%20Terminal&passphrase=no")
    assert refused["status"] == "private-key-decryption-error"
    assert "key_pair" not in refused
