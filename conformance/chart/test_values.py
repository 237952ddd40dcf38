"""Every value does what it says: both of its states, in the output."""

import functools
import json

import pytest
import yaml
from rendering import CHART, Release, generator, merged, nested, render
from value_table import ROWS


def look(release: Release, place: str):
    """What stands at a place of the output; for a place without a colon, whether the object is there."""
    kind, _, path = place.partition(":")
    if kind == "toml":
        found = release.toml
    else:
        kind, dash, ending = kind.partition("-")
        found = release.find(kind, dash + ending)
        if not path:
            return found is not None
    for step in path.split():
        found = select(found, step)
    return found


def select(found, step: str):
    """One step down; `None` where nothing is."""
    if found is None:
        return None
    if step.startswith("["):
        fitting = (one for one in found if step[1:-1] in (one.get("name"), secret_path(one)))
        return next(fitting, None)
    if isinstance(found, list):
        return found[int(step)] if int(step) < len(found) else None
    return found.get(step)


def secret_path(source: dict):
    """The path to which a source of the projected volume writes its secret."""
    return source.get("secret", {}).get("items", [{}])[0].get("path") if "secret" in source else None


@functools.cache
def rendered(values: str) -> Release:
    """Many rows share a state."""
    return render(json.loads(values))


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.path}-{row.place.replace(' ', '.')}" for row in ROWS])
def test_both_states(row):
    assert row.before != row.after
    before = rendered(json.dumps(merged(row.under, row.only_before)))
    after = render(row.under, nested(row.path, row.value))
    assert look(before, row.place) == row.before
    assert look(after, row.place) == row.after


def leaves(values: dict, prefix: str = ""):
    """The paths of all leaves of a values file."""
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_no_value_is_missing_from_the_table():
    known = {row.path for row in ROWS}
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert known == {path for path, _ in generator().rows(schema["properties"])}
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    # A default that is a map, such as a security context, is one value.
    missing = [leaf for leaf in leaves(values) if not any(f"{leaf}.".startswith(f"{path}.") for path in known)]
    assert not missing
