"""What an operator adds to the API: tokens, tenants, quotas, rates, another base path."""

KEYS = "/locksmith/v1/keys"


def bearer(token):
    return ("--header", f"Authorization: Bearer {token}")


def test_tokens_keep_tenants_apart(own_gateway):
    server = own_gateway(
        'token = "first"\ntenant = "one"\ntokens = [{ token = "second", tenant = "two" }]'
    )
    for options in ((), bearer("wrong")):
        answer = server.post(KEYS, {"key_pair_id": "a"}, *options)
        assert answer.http == 401
        assert answer.body == '{"status":"unauthorized","errors":["Unauthorized!"],"messages":[]}'
        assert answer.headers["www-authenticate"] == "Bearer"
    assert server.post(KEYS, {"key_pair_id": "a"}, *bearer("first")).status == "success"
    assert server.curl(KEYS, *bearer("first")).json["key_pairs"] == ["a"]
    assert server.curl(KEYS, *bearer("second")).status == "empty-key-store"
    assert server.curl("/locksmith/healthz").body == "OK"


def test_quotas_count_all_key_stores(own_gateway):
    server = own_gateway("quota = 1")
    assert server.post(KEYS, {"key_pair_id": "a"}).status == "success"
    answer = server.post(KEYS, {"key_pair_id": "b", "key_store_id": "other"})
    assert answer.http == 200
    assert answer.body == (
        '{"status":"key-pair-generation-error","errors":["Key Pair quota exceeded!"],'
        '"messages":["Key Pair generation error!"]}'
    )
    assert server.post(KEYS, {"key_pair_id": "a"}).status == "key-pair-exists"


def test_rates_are_limited(own_gateway):
    server = own_gateway("rate_limit = { requests = 2, period_seconds = 3600 }")
    answers = [server.curl("/locksmith/v1/keystores") for _ in range(3)]
    assert [answer.http for answer in answers] == [200, 200, 429]
    refused = answers[-1]
    assert refused.body == (
        '{"status":"rate-limited","errors":["Too many requests!"],"messages":[]}'
    )
    assert 1 <= int(refused.headers["retry-after"]) <= 3600
    assert server.curl("/locksmith/healthz").http == 200


def test_the_base_path_is_the_operators(own_gateway):
    server = own_gateway('base_path = "/pki/"')
    assert server.curl("/pki/v1/keys").status == "empty-key-store"
    assert server.curl("/pki/v1/nope").body == "404 page not found\n"
