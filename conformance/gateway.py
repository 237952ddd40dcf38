"""A gateway process, for suites and tests that start one."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess


class Gateway:
    """A gateway on ports of its own; started when made."""

    def __init__(
        self,
        binary: pathlib.Path | str,
        *arguments: str,
        config: pathlib.Path | None = None,
        log: pathlib.Path | None = None,
        keys_ahead: bool = False,
    ):
        """`keys_ahead`: fill the pools of ready keys as the config says, which costs seconds of a
        core that short tests need themselves."""
        command = [str(binary), "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
        if config is not None:
            command += ["--config", str(config)]
        # The settings of a developer's shell are not meant for tests.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KEYGLOT_")}
        if not keys_ahead:
            environment |= {"KEYGLOT_KEYGEN__POOL__RSA_2048": "0", "KEYGLOT_KEYGEN__POOL__RSA_4096": "0"}
        self._log = open(log or os.devnull, "wb")
        self._process = subprocess.Popen(
            [*command, *arguments],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment,
        )
        self.url = self.admin = ""
        for line in self._process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == "http":
                self.url = rest.strip()
            elif word == "admin":
                self.admin = rest.strip()
            elif word == "store":
                return
        raise RuntimeError(f"the gateway did not start: exit code {self._process.wait()}")

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._process.kill()
        self._process.wait()
        self._close()

    def stop(self) -> int:
        """Asks it to stop and gives its exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            self._close()

    def _close(self) -> None:
        self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(self, *_) -> None:
        if self._process.poll() is None:
            self.stop()
