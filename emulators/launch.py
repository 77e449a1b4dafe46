"""Starting the emulators from a program or a terminal, and asking them for their books."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter

from emulators.book import Book
from emulators.child import EmulatorChild
from emulators.faults import ProviderName, Rule
from emulators.settings import EmulatorSettings
from emulators.site import Seen

LOG_NAME = "emulators.log"
_SEEN = TypeAdapter(list[Seen])
_RULES = TypeAdapter(list[Rule])


class Emulator(EmulatorChild):
    """A running process of emulators. `env` holds what points a client at it."""

    def __init__(self, home: Path, settings: EmulatorSettings, port_base: int = 0) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.settings = settings
        chosen = home / "settings.json"
        chosen.write_text(settings.model_dump_json())
        words = ["--home", str(home), "--port-base", str(port_base), "--settings", str(chosen)]
        super().__init__("emulators", words, home / LOG_NAME)
        self.urls: dict[str, str] = self.told

    def book(self, provider: ProviderName) -> Book:
        """What the provider accepted and billed."""
        return Book.model_validate_json(self.ask("GET", f"/books/{provider}").content)

    def set_faults(self, rules: Sequence[Rule]) -> None:
        """Let these rules be in force from now on, with new counts."""
        self.ask("PUT", "/faults", _RULES.dump_json(list(rules)))

    def set_settings(self, settings: EmulatorSettings) -> None:
        """Behave otherwise from now on. The keys and the rules that `reset` goes back to change too."""
        self.settings = settings
        self.ask("PUT", "/settings", settings.model_dump_json().encode())

    def requests(self) -> list[Seen]:
        """Every request that was seen, in the order of the answers."""
        return _SEEN.validate_json(self.ask("GET", "/requests").content)


@contextmanager
def running(home: Path, settings: EmulatorSettings | None = None) -> Iterator[Emulator]:
    """Emulators that end with the context. The same home finds its books, jobs and ports again."""
    with Emulator(home, settings or EmulatorSettings()) as emulator:
        yield emulator


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
