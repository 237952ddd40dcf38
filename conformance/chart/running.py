"""Runs the rendered pods' command lines on this machine: the real binary, the rendered arguments,
variables and mounted files, with the paths below a temporary folder."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import time
import urllib.request

from redis_server import free_port
from rendering import Release

BINARY = os.environ["KEYGLOT_BINARY"]
# What lies in a pod under these paths lies below the folder here.
MAPPED = re.compile(r"(?<![\w.])(/etc/keyglot|/run/secrets/keyglot(?:-accounts|-ca)?|/var/lib/keyglot)(?=/|\b)")
# Of the variables of this shell none reaches a container.
INHERITED = {"PATH": os.environ["PATH"]}


class Node:
    """Where the pods of a release run. `secrets` are those that the release only refers to."""

    def __init__(self, release: Release, folder: pathlib.Path, secrets: dict[str, dict[str, str]]):
        self.release = release
        self.folder = folder
        self.secrets = secrets
        self.ports: dict[str, int] = {}
        self.process: subprocess.Popen | None = None
        for name in ("etc/keyglot", "var/lib/keyglot"):
            (folder / name).mkdir(parents=True)

    def _content(self, name: str, key: str) -> str:
        """What a Secret or ConfigMap holds under a key."""
        own = self.release.file(name, key)
        return self.secrets[name][key] if own is None else own

    def _keys(self, name: str) -> list[str]:
        for one in self.release.objects:
            if one["kind"] in ("ConfigMap", "Secret") and one["metadata"]["name"] == name:
                return list(one["data"])
        return list(self.secrets[name])

    def _files(self, volume: dict):
        """The files of a volume: path below the mount, content."""
        for source in volume.get("projected", {}).get("sources", [volume]):
            for kind, named in (("secret", "secretName"), ("configMap", "name")):
                if kind not in source:
                    continue
                name = source[kind].get(named) or source[kind]["name"]
                keys = [{"key": key, "path": key} for key in self._keys(name)]
                for item in source[kind].get("items", keys):
                    yield item["path"], self._content(name, item["key"])

    def mapped(self, text: str) -> str:
        """A text with the paths and ports of this machine."""
        text = MAPPED.sub(lambda found: f"{self.folder}{found[0]}", text)
        return re.sub(r"(?<=0\.0\.0\.0:)\d+", lambda found: str(self._port(found[0])), text)

    def _port(self, port: str) -> int:
        return self.ports.setdefault(port, free_port())

    def mount(self, pod: dict, container: dict) -> None:
        """Writes what the kubelet would mount."""
        volumes = {one["name"]: one for one in pod["spec"]["volumes"]}
        for mount in container["volumeMounts"]:
            for path, content in self._files(volumes.get(mount["name"], {})):
                target = self.folder / mount["mountPath"].lstrip("/") / path
                target.parent.mkdir(parents=True, exist_ok=True)
                # keyglot.toml names files too.
                target.write_text(self.mapped(content) if path == "keyglot.toml" else content)

    def command(self, container: dict) -> tuple[list[str], dict[str, str]]:
        """The container's command line and variables."""
        assert container["command"] == ["/keyglot"]
        arguments = [self.mapped(one) for one in container["args"]]
        variables = {one["name"]: self.mapped(one["value"]) for one in container.get("env", [])}
        return [BINARY, *arguments], INHERITED | variables

    def check(self) -> str:
        """`keyglot config check` on the server's configuration; what it complains of."""
        self.mount(self.release.pod, self.release.container)
        _, variables = self.command(self.release.container)
        config = self.folder / "etc/keyglot/keyglot.toml"
        command = [BINARY, "config", "check", "--config", config]
        ran = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)
        return "" if ran.returncode == 0 else ran.stdout + ran.stderr

    def start(self) -> None:
        """Starts the server's container and waits until its readiness probe passes."""
        self.mount(self.release.pod, self.release.container)
        command, variables = self.command(self.release.container)
        # Keys made ahead would cost the tests seconds of a core.
        variables |= {"KEYGLOT_KEYGEN__POOL__RSA_2048": "0", "KEYGLOT_KEYGEN__POOL__RSA_4096": "0"}
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
        probe = self.release.container["readinessProbe"]["httpGet"]
        assert probe["port"] == "admin"
        ready = f"http://127.0.0.1:{self.ports['9090']}{probe['path']}"
        until = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(ready, timeout=5) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < until, self.log()
                time.sleep(0.05)

    def log(self) -> str:
        """What the server has written."""
        return (self.folder / "log").read_text()

    def port(self, number: int) -> int:
        """The port here of a container's port."""
        return self.ports[str(number)]

    def selftest(self, pod: dict) -> subprocess.CompletedProcess:
        """Runs a pod of `helm test` against the server."""
        (container,) = pod["spec"]["containers"]
        self.mount(pod, container)
        command, own = self.command(container)
        service = next(one for one in self.release.all("Service") if one["metadata"]["name"] == self.release.name)
        (port,) = (one["port"] for one in service["spec"]["ports"] if one["name"] == "http")
        address = f"{self.release.name}.ns.svc:{port}"
        assert [one for one in command if one.endswith(f"://{address}")], command
        # The Service's name is not known here.
        command = [one.replace(address, f"localhost:{self.port(8080)}") for one in command]
        return subprocess.run(command, env=own, capture_output=True, text=True, timeout=300)

    def stop(self) -> int | None:
        """Asks the server to stop, as the kubelet does; its exit code."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
