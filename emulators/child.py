"""A process of emulators: started, asked over its control address, and ended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx

from longtake.errors import LongtakeError

STOP_TIMEOUT_SECONDS = 10
CONTROL_TIMEOUT_SECONDS = 30


class EmulatorChild:
    """A running process of emulators, which ends with the one that started it.

    `told` is what it said of itself when it was up, `env` what points a client at it.
    """

    def __init__(self, module: str, words: Sequence[str], log: Path) -> None:
        self._module = module
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *words, "--tethered"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,
            )
        line = _pipe(self._process.stdout).readline()
        if not line:
            self.stop()
            lines = log.read_text(errors="replace").strip().splitlines()
            raise LongtakeError(f"{module} did not start: {lines[-1] if lines else 'it said nothing'}")
        self.told: dict[str, Any] = json.loads(line)
        self.env: dict[str, str] = self.told.pop("env")
        self._control = httpx.Client(base_url=self.told["control"], timeout=CONTROL_TIMEOUT_SECONDS, trust_env=False)

    def reset(self) -> None:
        """Forget all that was asked of it, and go back to the first rules."""
        self.ask("POST", "/reset")

    def ask(self, method: str, path: str, body: bytes = b"") -> httpx.Response:
        """What its control address answers. Raises LongtakeError when it refuses."""
        response = self._control.request(method, path, content=body)
        if response.is_error:
            raise LongtakeError(f"{self._module} refuses {method} {path}: {response.text}")
        return response

    def kill(self) -> None:
        """End the process without a last word."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            _pipe(pipe).close()
        try:
            self._process.wait(timeout=STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def wait(self) -> None:
        """Wait until the process ends."""
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        self.stop()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
