"""Every error that Orange documents, as cases that the clients of all languages run.

`errors.json` says which call a client makes, what is done to its request on the way out (what a
well-behaved client would not send), and which code comes back. The words are those of the vendor's
general table, once, below.
"""

from __future__ import annotations

import json
import pathlib
import re

PROJECT = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
OTHER_PROJECT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
TOKEN = "keyglot-demo-token"
OTHER_TOKEN = "keyglot-demo-token-2"
API_KEY = "keyglot-demo-siu"
EXPIRED_TOKEN = "keyglot-expired-token"
NOWHERE = "00000000-0000-4000-8000-000000000000"

REALM = 'Bearer realm="keyglot"'
INVALID_TOKEN = f'{REALM}, error="invalid_token"'

# code: status, message, description, headers
TABLE = {
    1: (500, "Internal error", "Unexpected error, please contact support", {}),
    5: (503, "The service is temporarily unavailable",
        "Service probably in maintenance. Please retry later.", {}),
    6: (503, "Orange API is over capacity, retry later !",
        "The service faces too much requests and can not handle the call.", {}),
    20: (400, "Invalid URL parameter value", None, {}),
    21: (400, "Missing body", "The request body is empty.", {}),
    22: (400, "Invalid body", "The posted body is not well-formed and thus can not be parsed.", {}),
    23: (400, "Missing body field", 'Field "name" is required.', {}),
    24: (400, "Invalid body field", None, {}),
    26: (400, "Invalid header value", 'Header "X-Requester-Id" is not valid.', {}),
    28: (400, "Invalid query-string parameter value", None, {}),
    40: (401, "Missing credentials",
         "The requested service needs credentials, but none were provided.",
         {"WWW-Authenticate": REALM}),
    41: (401, "Invalid credentials",
         "The requested service needs credentials, but the ones provided were invalid.",
         {"WWW-Authenticate": INVALID_TOKEN}),
    42: (401, "Expired credentials",
         "The requested service needs credentials, and the ones provided were out-of-date.",
         {"WWW-Authenticate": INVALID_TOKEN}),
    50: (403, "Access denied",
         "The application that makes the request is not authorized to access this endpoint.", {}),
    53: (429, "Too many requests",
         "The application has made too many calls and has exceeded the rate limit for this "
         "service.", {}),
    60: (404, "Resource not found",
         "The requested URI or the requested resource does not exist.", {}),
    61: (405, "Method not allowed", "The URI does not support the requested method.", {}),
    62: (406, "Not acceptable",
         "The Accept incoming header does not match any available content-type.", {}),
    66: (413, "Request entity too large",
         "The body of a request (PATCH, POST and PUT methods) is larger than the server is "
         "willing or able to process.", {}),
    68: (415, "Unsupported Media Type",
         "The format of the posted body is not supported by the endpoint.", {}),
}


def cases(urls: dict[str, str], zone: str, keys: dict[str, str]) -> list[dict]:
    """The cases with all that they need: addresses by gateway, a zone of the client's own, keys."""
    texts = {
        "zone": zone, "project": PROJECT, "other project": OTHER_PROJECT, "id": NOWHERE,
        "token": TOKEN, "expired token": EXPIRED_TOKEN, **keys,
    }
    lines = json.loads(pathlib.Path(__file__).with_name("errors.json").read_text())
    return [_complete(_filled(line, texts), urls, zone) for line in lines]


def _filled(value, texts: dict[str, str]):
    """`{word}` replaced, `{N characters}` by so many."""
    if isinstance(value, dict):
        return {name: _filled(member, texts) for name, member in value.items()}
    if isinstance(value, list):
        return [_filled(element, texts) for element in value]
    if not isinstance(value, str):
        return value
    value = re.sub(r"\{(\d+) characters\}", lambda found: "x" * int(found[1]), value)
    return re.sub(r"\{([a-z0-9 ]+)\}", lambda found: texts[found[1]], value)


def _complete(line: dict, urls: dict[str, str], zone: str) -> dict:
    status, message, description, headers = TABLE[line["code"]]
    gateway = line.get("gateway", "plain")
    return {
        "name": line["name"],
        "url": urls[gateway],
        "call": line["call"],
        "project": line.get("project", PROJECT),
        "zone": line.get("zone", zone),
        "keyPairId": NOWHERE,
        "jobId": NOWHERE,
        "token": line.get("token", TOKEN),
        "apiKey": line.get("apiKey", API_KEY if gateway == "strict" else None),
        "requesterId": line.get("requesterId"),
        "calls": line.get("calls", 1),
        "body": line.get("body", {"name": "a"}),
        "query": line.get("query", {}),
        "damage": line.get("damage", {}),
        "expect": {
            "status": status,
            "code": line["code"],
            "message": message,
            "description": line.get("description", description),
            "headers": headers | line.get("headers", {}),
        },
    }
