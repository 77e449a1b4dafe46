"""The book of every request for speech, and whether it is billed: lines of JSON that are only ever added to."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import Field

from emulators.voices.rules import VoiceProvider
from longtake.frozen import Frozen

BOOK_NAME = "book.jsonl"
TAIL_CHARACTERS = 4


class SpokenEntry(Frozen):
    """One request for speech, as the provider saw it."""

    provider: VoiceProvider
    account: str = Field(description="The last characters of the key; empty without one.")
    model: str
    voice: str
    characters: int
    text_sha256: str
    before: str = Field("", description="What was said before, as the provider was told.")
    after: str = ""
    wanted: str = Field("", description="The format that was asked for; `json` for speech marks.")
    answered: str = Field(description="`sound`, `marks`, `refused`, or the fault that struck.")
    billed: bool

    @property
    def is_paid(self) -> bool:
        """Whether it costs anything."""
        return self.billed and self.characters > 0


def hash_of(text: str) -> str:
    """How the book names a text."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


class SpokenBook:
    """Writes the entries, and reads those of earlier runs."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / BOOK_NAME
        self.entries: list[SpokenEntry] = read_book(folder)

    def add(self, entry: SpokenEntry) -> None:
        """Write an entry, before its answer is sent."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(entry.model_dump_json() + "\n")
        self.entries.append(entry)

    def forget(self) -> None:
        """Begin an empty book."""
        self._path.unlink(missing_ok=True)
        self.entries.clear()


def read_book(folder: Path) -> list[SpokenEntry]:
    """All entries of the book in that folder; a book that nobody wrote is empty."""
    path = folder / BOOK_NAME
    if not path.exists():
        return []
    return [SpokenEntry.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines()]
