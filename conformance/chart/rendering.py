"""The chart as Helm 4 renders it: Helm's own SDK, in this process."""

from __future__ import annotations

import base64
import copy
import functools
import importlib.util
import pathlib
import tomllib

import helm_python
import yaml

CHARTS = pathlib.Path(__file__).resolve().parents[2] / "charts"
CHART = CHARTS / "keyglot"
CI = {
    path.name.removesuffix("-values.yaml"): yaml.safe_load(path.read_text())
    for path in sorted((CHART / "ci").glob("*-values.yaml"))
}
# The least that the defaults need: who may call.
LEAST = {"config": {"allow_demo_accounts": True, "locksmith": {"auth": "none"}}}
WORKLOADS = ("Deployment", "StatefulSet")


@functools.cache
def generator():
    """charts/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", CHARTS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def chart() -> helm_python.Chart:
    """The chart, loaded once."""
    return helm_python.Chart.load(CHART)


def merged(*layers: dict) -> dict:
    """Values laid over each other, as several `-f` are."""
    result: dict = {}
    for layer in layers:
        for key, value in layer.items():
            if isinstance(value, dict) and isinstance(result.get(key), dict):
                result[key] = merged(result[key], value)
            else:
                result[key] = copy.deepcopy(value)
    return result


def nested(path: str, value) -> dict:
    """`{"a": {"b": value}}` of `a.b`."""
    for name in reversed(path.split(".")):
        value = {name: value}
    return value


class Release:
    """What an installation would send to Kubernetes."""

    def __init__(self, templates: dict[str, str]):
        self.templates = templates
        self.notes = templates["keyglot/templates/NOTES.txt"]
        self.objects = [
            one
            for path, text in sorted(templates.items())
            if not path.endswith(".txt")
            for one in yaml.load_all(text, yaml.CSafeLoader)
            if one is not None
        ]

    def all(self, kind: str) -> list[dict]:
        """The objects of a kind."""
        return [one for one in self.objects if one["kind"] == kind]

    def find(self, kind: str, ending: str = "") -> dict | None:
        """The object of a kind whose name is the release's with an ending."""
        names = {f"{self.name}{ending}"}
        found = [one for one in self.all(kind) if one["metadata"]["name"] in names]
        assert len(found) < 2, f"{kind} {names} twice"
        return found[0] if found else None

    @property
    def workload(self) -> dict:
        """The Deployment or StatefulSet."""
        (found,) = (one for one in self.objects if one["kind"] in WORKLOADS)
        return found

    @property
    def name(self) -> str:
        return self.workload["metadata"]["name"]

    @property
    def pod(self) -> dict:
        """The server's pod: metadata and spec."""
        return self.workload["spec"]["template"]

    @property
    def container(self) -> dict:
        (found,) = (one for one in self.pod["spec"]["containers"] if one["name"] == "keyglot")
        return found

    @property
    def tests(self) -> list[dict]:
        """The pods of `helm test`."""
        return self.all("Pod")

    @property
    def pods(self) -> list[dict]:
        """All pods."""
        return [self.pod, *self.tests]

    def file(self, name: str, key: str) -> str | None:
        """What a ConfigMap or Secret of the release holds."""
        for one in self.objects:
            if one["metadata"]["name"] == name and key in one.get("data", {}):
                data = one["data"][key]
                if one["kind"] == "Secret":
                    return base64.b64decode(data).decode()
                if one["kind"] == "ConfigMap":
                    return data
        return None

    @property
    def toml(self) -> dict:
        """keyglot.toml, parsed."""
        return tomllib.loads(self.file(f"{self.name}-config", "keyglot.toml"))


def render(*layers: dict, name: str = "rel", namespace: str = "ns", **options) -> Release:
    """Renders the chart."""
    return Release(chart().render(merged(*layers), name=name, namespace=namespace, **options))


def refusal(*layers: dict, name: str = "rel") -> str:
    """What Helm says of values that it refuses."""
    try:
        render(*layers, name=name)
    except helm_python.HelmError as error:
        return str(error)
    raise AssertionError(f"not refused: {merged(*layers)}")
