"""No quota is exceeded by a race, whatever the store and however many gateways share it."""

import secrets
from concurrent.futures import ThreadPoolExecutor

from conftest import BINARY
from gateway import Gateway

QUOTA = 100


def race(clients):
    """QUOTA + 1 creates at once, spread over the clients; the statuses."""
    with ThreadPoolExecutor(QUOTA + 1) as pool:
        calls = [
            pool.submit(clients[number % len(clients)].create, f"key-{number}")
            for number in range(QUOTA + 1)
        ]
        return [call.result() for call in calls]


def check(outcomes, client):
    refused = [body for status, body in outcomes if status != 200]
    assert refused == [
        {"forbidden": {"code": 403, "message": "Quota exceeded, too many key pairs."}}
    ]
    assert len(client.names()) == QUOTA


def test_101_creates_at_once_give_100(store, compute):
    with Gateway(BINARY, "--store", store) as gateway:
        client = compute(gateway)
        check(race([client]), client)


def test_101_creates_at_once_through_two_gateways_give_100(redis, compute, tmp_path):
    config = tmp_path / "keyglot.toml"
    config.write_text(f"[tokens]\nsigning_key = '{secrets.token_hex(32)}'\n")
    with Gateway(BINARY, "--store", redis.url, config=config) as one:
        with Gateway(BINARY, "--store", redis.url, config=config) as other:
            clients = [compute(one), compute(other)]
            # Either gateway knows the other's tokens.
            clients[0].token, clients[1].token = clients[1].token, clients[0].token
            check(race(clients), clients[1])


def test_one_of_many_creates_of_one_name_wins(store, compute):
    with Gateway(BINARY, "--store", store) as gateway:
        client = compute(gateway)
        with ThreadPoolExecutor(64) as pool:
            outcomes = list(pool.map(lambda _: client.create("same"), range(64)))
        statuses = sorted(status for status, _ in outcomes)
        assert statuses == [200] + [409] * 63
        assert client.names() == ["same"]
