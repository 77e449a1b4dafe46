"""Starting the emulator of voices from a program, and asking it for its book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from emulators.child import EmulatorChild
from emulators.voices.book import SpokenEntry, read_book
from emulators.voices.rules import VoiceProvider, VoiceRule
from emulators.voices.site import RULES

LOG_NAME = "voices.log"


class VoicesEmulator(EmulatorChild):
    """A running process of voices. `env` holds what points clients at it."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        super().__init__("emulators.voices", ["--folder", str(folder), "--port", str(port)], folder / LOG_NAME)
        self.url: str = self.told["url"]

    def book(self, provider: VoiceProvider | None = None) -> list[SpokenEntry]:
        """Every request for speech so far, in their order; of one provider alone, where one is named."""
        return [entry for entry in read_book(self.folder) if provider in (None, entry.provider)]

    def billed(self, provider: VoiceProvider | None = None) -> list[SpokenEntry]:
        """Those that cost something."""
        return [entry for entry in self.book(provider) if entry.is_paid]

    def set_faults(self, rules: Sequence[VoiceRule]) -> None:
        """Let these rules be in force from now on, with new counts."""
        self.ask("PUT", "/faults", RULES.dump_json(tuple(rules)))

    def most_at_once(self, provider: VoiceProvider) -> int:
        """The most requests of one provider that were on their way at one moment."""
        return int(self.ask("GET", "/most-at-once").json().get(provider, 0))


@contextmanager
def running(folder: Path, rules: Sequence[VoiceRule] = (), *, port: int = 0) -> Iterator[VoicesEmulator]:
    """An emulator that ends with the context. The same folder finds its book again."""
    with VoicesEmulator(folder, port) as emulator:
        if rules:
            emulator.set_faults(rules)
        yield emulator
