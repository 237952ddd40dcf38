#!/usr/bin/env python3
"""Writes what follows from `keyglot/values.schema.json`, the one description of the chart's values:

* `values.yaml`, with each description as a comment and each default,
* the table of values in the chart's README,
* and in the schema itself, with `--binary`, what may stand below `config` and `accounts`: what
  `keyglot config schema` prints, less what other values say.

`conformance/chart` checks that all of it is up to date.
"""

from __future__ import annotations

import argparse
import copy
import json
import pathlib
import re
import subprocess
import textwrap

CHART = pathlib.Path(__file__).resolve().parent / "keyglot"
SCHEMA, VALUES, README = CHART / "values.schema.json", CHART / "values.yaml", CHART / "README.md"
DIALECTS = ("locksmith", "nova", "tencent", "orange")
# Settings that the chart makes from other values, or wires up itself.
CHARTS_OWN = {
    "admin_listen", "listen", "listener", "sealing", "shutdown_grace", "store", "tls", "tokens",
    *(f"{dialect}.enabled" for dialect in DIALECTS),
}  # fmt: skip
ACCOUNTS = {
    "locksmith.token", "locksmith.tokens", "nova.application_credentials", "nova.projects",
    "nova.users", "orange.auth.api_keys", "orange.auth.tokens", "tencent.credentials",
}  # fmt: skip
# Settings whose value is a secret, which `NAME_file` reads from a file.
SECRETS = {"api_key", "key", "password", "secret", "secret_key", "token"}
KEPT = {
    "additionalProperties", "anyOf", "const", "description", "enum", "items", "maximum", "minimum",
    "oneOf", "properties", "required", "type",
}  # fmt: skip
BEGIN, END = "<!-- values: begin -->", "<!-- values: end -->"


def settings(schema: dict, wanted) -> dict:
    """The part of the binary's schema whose settings are `wanted`, by their dotted path."""

    def part(node: dict, path: str) -> dict:
        node = {key: value for key, value in node.items() if key in KEPT}
        for word in ("anyOf", "oneOf"):
            if word in node:
                node[word] = [part(one, path) for one in node[word]]
        if "items" in node:
            node["items"] = part(node["items"], path)
        if "properties" in node:
            node |= members(node["properties"], node.pop("required", []), path)
        return node

    def members(properties: dict, required: list[str], path: str) -> dict:
        found: dict = {}
        demands = []
        for name, value in properties.items():
            here = f"{path}.{name}" if path else name
            if not wanted(here):
                continue
            inner = part(value, here)
            if inner.get("properties") == {} and value.get("properties"):
                continue
            found[name] = inner
            if name in SECRETS and "string" in inner.get("type", ()):
                found[f"{name}_file"] = {"description": f"A file with `{name}`.", "type": "string"}
        for name in required:
            if name in found:
                names = [one for one in (name, f"{name}_file") if one in found]
                demands.append({"anyOf": [{"required": [one]} for one in names]})
        return {"properties": found} | ({"allOf": demands} if demands else {})

    return members(schema["properties"], [], "")


def refresh(schema: dict, binary: str) -> None:
    """Takes the settings that the binary knows into the schema."""
    printed = subprocess.run([binary, "config", "schema"], check=True, capture_output=True)
    whole = json.loads(printed.stdout)

    def below(paths: set[str], here: str) -> bool:
        return any(here == path or here.startswith(f"{path}.") for path in paths)

    def above(paths: set[str], here: str) -> bool:
        return any(path.startswith(f"{here}.") for path in paths)

    parts = {
        "config": lambda here: not below(CHARTS_OWN | ACCOUNTS, here),
        "accounts": lambda here: below(ACCOUNTS, here) or above(ACCOUNTS, here),
    }
    for name, wanted in parts.items():
        old = schema["properties"][name]
        kept = {key: old[key] for key in ("description", "type", "default")}
        schema["properties"][name] = kept | {"additionalProperties": False} | settings(whole, wanted)


def as_yaml(value) -> str:
    """A default on one line: JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)


def values_yaml(schema: dict) -> str:
    """values.yaml: descriptions as comments, defaults."""
    lines = [
        "# Written by charts/generate.py from values.schema.json: change a default there.",
        "# What it is about: README.md beside this file.",
    ]

    def write(properties: dict, indent: int) -> None:
        for name, node in properties.items():
            pad = " " * indent
            if indent == 0:
                lines.append("")
            wrapped = textwrap.wrap(node["description"], 100 - indent, break_long_words=False)
            lines.extend(f"{pad}# {line}" for line in wrapped)
            if "default" in node:
                lines.append(f"{pad}{name}: {as_yaml(node['default'])}")
            else:
                lines.append(f"{pad}{name}:")
                write(node["properties"], indent + 2)

    write(schema["properties"], 0)
    return "\n".join(lines) + "\n"


def rows(properties: dict, prefix: str = ""):
    """Path, node of every value that has a default."""
    for name, node in properties.items():
        if "default" in node:
            yield f"{prefix}{name}", node
        else:
            yield from rows(node["properties"], f"{prefix}{name}.")


def table(schema: dict) -> str:
    """The README's table of values."""
    lines = ["| value | default | meaning |", "|---|---|---|"]
    for group, top in schema["properties"].items():
        if "default" not in top:
            lines.append(f"| **{group}** | | {top['description']} |")
        for path, node in rows({group: top}):
            cells = (f"`{path}`", f"`{as_yaml(node['default'])}`", node["description"])
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def readme(text: str, schema: dict) -> str:
    """The README with the table of now."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n{table(schema)}\n{END}", text)


def written(binary: str | None) -> dict[pathlib.Path, str]:
    """What each file should hold."""
    schema = json.loads(SCHEMA.read_text())
    if binary:
        schema = copy.deepcopy(schema)
        refresh(schema, binary)
    return {
        SCHEMA: json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        VALUES: values_yaml(schema),
        README: readme(README.read_text(), schema),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", help="take the settings that this keyglot knows into the schema")
    for path, text in written(parser.parse_args().binary).items():
        path.write_text(text)


if __name__ == "__main__":
    main()
