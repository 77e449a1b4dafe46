"""Starting the emulator of voices from a program, and asking it for its book."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

import httpx

from emulators.voices.book import SpokenEntry, read_book
from emulators.voices.rules import VoiceProvider, VoiceRule
from emulators.voices.site import RULES
from longtake.errors import LongtakeError

STOP_TIMEOUT_SECONDS = 10
CONTROL_TIMEOUT_SECONDS = 30
LOG_NAME = "voices.log"


class VoicesEmulator:
    """A running process. `env` holds what points clients at it."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        command = [sys.executable, "-m", "emulators.voices", "--folder", str(folder), "--port", str(port), "--tethered"]
        with (folder / LOG_NAME).open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        line = _pipe(self._process.stdout).readline()
        if not line:
            self.stop()
            lines = (folder / LOG_NAME).read_text(errors="replace").strip().splitlines()
            raise LongtakeError(f"the voices' emulator did not start: {lines[-1] if lines else 'it said nothing'}")
        told = json.loads(line)
        self.url: str = told["url"]
        self.env: dict[str, str] = told["env"]
        self._control = httpx.Client(base_url=f"{self.url}/control", timeout=CONTROL_TIMEOUT_SECONDS, trust_env=False)

    def book(self, provider: VoiceProvider | None = None) -> list[SpokenEntry]:
        """Every request for speech so far, in their order; of one provider alone, where one is named."""
        return [entry for entry in read_book(self.folder) if provider in (None, entry.provider)]

    def billed(self, provider: VoiceProvider | None = None) -> list[SpokenEntry]:
        """Those that cost something."""
        return [entry for entry in self.book(provider) if entry.is_paid]

    def set_faults(self, rules: Sequence[VoiceRule]) -> None:
        """Let these rules be in force from now on, with new counts."""
        self._ask("PUT", "/faults", RULES.dump_json(tuple(rules)))

    def most_at_once(self, provider: VoiceProvider) -> int:
        """The most requests of one provider that were on their way at one moment."""
        return int(self._ask("GET", "/most-at-once").json().get(provider, 0))

    def reset(self) -> None:
        """Forget the book, the rules and the counts."""
        self._ask("POST", "/reset")

    def stop(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            _pipe(pipe).close()
        try:
            self._process.wait(timeout=STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> VoicesEmulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        self.stop()

    def _ask(self, method: str, path: str, body: bytes = b"") -> httpx.Response:
        response = self._control.request(method, path, content=body)
        if response.is_error:
            raise LongtakeError(f"the voices' emulator refuses {method} {path}: {response.text}")
        return response


@contextmanager
def running(folder: Path, rules: Sequence[VoiceRule] = (), *, port: int = 0) -> Iterator[VoicesEmulator]:
    """An emulator that ends with the context. The same folder finds its book again."""
    with VoicesEmulator(folder, port) as emulator:
        if rules:
            emulator.set_faults(rules)
        yield emulator


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
