"""What was acknowledged is there after a power cut."""

import threading

from conftest import BINARY
from gateway import Gateway

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE2w3Y5x/FDUfXY5Jcu+NjOOJmtWfbt464KK6HQS+P/3"


def test_acknowledged_key_pairs_survive_kill_9(tmp_path, compute):
    config = tmp_path / "keyglot.toml"
    config.write_text("[nova]\nkey_pairs_quota = -1\n")
    arguments = ["--store", f"redb:{tmp_path / 'store'}"]
    gateway = Gateway(BINARY, *arguments, config=config)
    client = compute(gateway)
    acknowledged, enough = [], threading.Event()

    def write(worker):
        for number in range(100_000):
            name = f"w{worker}-{number}"
            try:
                status, _ = client.create(name, public_key=KEY)
            except OSError:
                return
            assert status == 200
            acknowledged.append(name)
            if len(acknowledged) > 500:
                enough.set()

    workers = [threading.Thread(target=write, args=(worker,)) for worker in range(8)]
    for worker in workers:
        worker.start()
    assert enough.wait(60)
    gateway.kill()
    for worker in workers:
        worker.join()

    with Gateway(BINARY, *arguments, config=config) as again:
        kept, marker = set(), None
        client = compute(again)
        while True:
            query = "?limit=1000" + (f"&marker={marker}" if marker else "")
            _, _, page = client.call(
                "GET", f"/compute/v2.1/os-keypairs{query}",
                headers={"OpenStack-API-Version": "compute 2.35"})
            names = [element["keypair"]["name"] for element in page["keypairs"]]
            if not names:
                break
            kept.update(names)
            marker = names[-1]
        lost = set(acknowledged) - kept
        assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged key pairs are lost"
