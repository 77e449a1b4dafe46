"""Starting the emulators from a program or a terminal, and asking them for their books."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import httpx
from pydantic import TypeAdapter

from emulators.book import Book
from emulators.faults import ProviderName, Rule
from emulators.settings import EmulatorSettings
from emulators.site import Seen
from longtake.errors import LongtakeError

STOP_TIMEOUT_SECONDS = 10
CONTROL_TIMEOUT_SECONDS = 30
LOG_NAME = "emulators.log"
_SEEN = TypeAdapter(list[Seen])


class Emulator:
    """A running process of emulators. `env` holds what points a client at it."""

    def __init__(self, home: Path, settings: EmulatorSettings, port_base: int = 0) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.settings = settings
        chosen = home / "settings.json"
        chosen.write_text(settings.model_dump_json())
        command = [sys.executable, "-m", "emulators", "--home", str(home), "--port-base", str(port_base)]
        command += ["--settings", str(chosen), "--tethered"]
        with (home / LOG_NAME).open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        line = _pipe(self._process.stdout).readline()
        if not line:
            self.stop()
            raise LongtakeError(f"the emulators did not start: {_last_words(home / LOG_NAME)}")
        told: dict[str, Any] = json.loads(line)
        self.env: dict[str, str] = told.pop("env")
        self.urls: dict[str, str] = told
        self._control = httpx.Client(base_url=told["control"], timeout=CONTROL_TIMEOUT_SECONDS, trust_env=False)

    def book(self, provider: ProviderName) -> Book:
        """What the provider accepted and billed."""
        return Book.model_validate_json(self._ask("GET", f"/books/{provider}").content)

    def set_faults(self, rules: Sequence[Rule]) -> None:
        """Let these rules be in force from now on, with new counts."""
        self._ask("PUT", "/faults", [rule.model_dump(mode="json") for rule in rules])

    def set_settings(self, settings: EmulatorSettings) -> None:
        """Behave otherwise from now on. The keys and the rules that `reset` goes back to change too."""
        self.settings = settings
        self._ask("PUT", "/settings", settings.model_dump(mode="json"))

    def requests(self) -> list[Seen]:
        """Every request that was seen, in the order of the answers."""
        return _SEEN.validate_json(self._ask("GET", "/requests").content)

    def reset(self) -> None:
        """Forget all jobs, requests and books, and go back to the first rules."""
        self._ask("POST", "/reset")

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

    def __enter__(self) -> Emulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        self.stop()

    def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        response = self._control.request(method, path, json=body)
        if response.is_error:
            raise LongtakeError(f"the emulators refuse {method} {path}: {response.text}")
        return response


@contextmanager
def running(home: Path, settings: EmulatorSettings | None = None) -> Iterator[Emulator]:
    """Emulators that end with the context. The same home finds its books, jobs and ports again."""
    with Emulator(home, settings or EmulatorSettings()) as emulator:
        yield emulator


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "they said nothing"


LIFELIKE = EmulatorSettings(mean_seconds=8)
"""For a person who looks on."""


def emulate_command(port_base: int = 0, settings: EmulatorSettings | None = None, home: Path | None = None) -> None:
    """Run the emulators until Ctrl-C, and print the lines that point Longtake at them.

    Without a home their books are gone with them. Raises LongtakeError when a port is in use.
    """
    out = sys.stdout
    with (
        tempfile.TemporaryDirectory(prefix="longtake-emulators-") as name,
        Emulator(home or Path(name), settings or LIFELIKE, port_base) as emulator,
    ):
        out.write(
            "EMULATORS of fal, AIML API and Pixazo: nothing is rendered for real and nothing is billed.\n"
            "Every clip is a preview drawn on this machine. Paste these lines into another terminal:\n\n"
        )
        for variable, value in emulator.env.items():
            out.write(f"export {variable}='{value}'\n")
        out.write("\nCtrl-C ends them.\n")
        out.flush()
        try:
            emulator.wait()
        except KeyboardInterrupt:
            out.write("\nThe emulators have ended.\n")
