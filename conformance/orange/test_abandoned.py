"""A caller that goes away while its key pair is generated: nobody holds the private key, so nothing
is stored."""

import concurrent.futures
import socket
import time
from urllib.parse import urlsplit

import gateways
import httpx
from errors import PROJECT, TOKEN

# One key at a time, and of a size that is not made ahead: whoever comes last waits.
SETTINGS = """
[keygen]
threads = 1
[orange.generate]
rsa_bits = 3072
"""
PATH = f"/v1/projects/{PROJECT}/zones/zone-1/keypairs"


def abandon(url: str) -> None:
    """Asks for a key pair and hangs up."""
    address = urlsplit(url)
    body = b'{"name":"abandoned"}'
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + body)


def test_what_nobody_waits_for_is_not_stored(tmp_path):
    with gateways.configured(tmp_path / "waiting.toml", SETTINGS) as url:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=url, headers=headers, timeout=120) as http:
            create = lambda name: http.post(PATH, json={"name": name}).status_code
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                waiting = [pool.submit(create, f"waited-for-{number}") for number in range(3)]
                time.sleep(0.05)
                abandon(url)
                assert [one.result() for one in waiting] == [201] * 3
            # Its turn in the line is over when this one's has come.
            assert create("last") == 201
            names = [key_pair["name"] for key_pair in http.get(f"{PATH}?sort=name").json()]
            assert names == ["last", "waited-for-0", "waited-for-1", "waited-for-2"]
            jobs = http.get(f"/v1/projects/{PROJECT}/jobs")
            assert jobs.headers["x-total-count"] == "4"
