"""A provider's own book of what it accepted and billed: lines of JSON that are only ever added to, each synced."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from emulators.faults import ProviderName
from longtake.frozen import Frozen

JobState = Literal["queued", "running", "completed", "refused", "failed", "cancelled"]
ENDED: frozenset[JobState] = frozenset({"completed", "refused", "failed", "cancelled"})


class Entry(Frozen):
    """One accepted request, as the provider sees it now."""

    request_id: str
    audio_name: str = Field(description="The last part of the audio's address; empty for a data URI.")
    endpoint: str
    accepted_at: float = Field(description="Seconds since 1970.")
    client_request_id: str = ""
    seconds: float | None = Field(None, description="The length of the audio, once it was read.")
    billed_micro_usd: int = 0
    states: tuple[JobState, ...] = ("queued",)
    render_seconds: float = Field(0.0, description="How long the job was drawn to take.")

    @property
    def state(self) -> JobState:
        """The last one."""
        return self.states[-1]


class Book(Frozen):
    """All requests that a provider accepted, in their order, and what it bills for them."""

    provider: ProviderName
    accepted: tuple[Entry, ...]
    most_in_progress: int = Field(description="The most that were accepted and not ended at one moment.")
    most_running: int = Field(description="The most that were rendered at one moment.")

    @property
    def paid(self) -> int:
        """How many requests are billed."""
        return sum(entry.billed_micro_usd > 0 for entry in self.accepted)

    @property
    def billed_micro_usd(self) -> int:
        """What all of them cost together."""
        return sum(entry.billed_micro_usd for entry in self.accepted)


class BookKeeper:
    """Writes the book, and reads it again after a restart."""

    def __init__(self, provider: ProviderName, folder: Path) -> None:
        self._provider = provider
        self._path = folder / f"{provider}.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        self._entries: dict[str, Entry] = {}
        self._most_in_progress = self._most_running = 0
        if self._path.exists():
            self._read()

    def open_entry(self, entry: Entry) -> None:
        """Note a request that is accepted from now on."""
        self._write(entry.model_dump(mode="json"))

    def change(self, request_id: str, **changed: Any) -> None:
        """Note what became of a request: `state`, `seconds`, `billed_micro_usd`."""
        self._write({"request_id": request_id, "changed": changed})

    def start_anew(self) -> None:
        """Leave everything so far out of the book that is shown."""
        self._write({"anew": True})

    def book(self) -> Book:
        """The book as it stands."""
        return Book(
            provider=self._provider,
            accepted=tuple(self._entries.values()),
            most_in_progress=self._most_in_progress,
            most_running=self._most_running,
        )

    def entry(self, request_id: str) -> Entry | None:
        """A request, if it is in the book."""
        return self._entries.get(request_id)

    def _read(self) -> None:
        """Follow all lines; half of one, as a kill leaves it, is cut off."""
        whole = self._path.read_bytes().rpartition(b"\n")[0]
        os.truncate(self._path, len(whole) + bool(whole))
        for line in whole.splitlines():
            self._follow(json.loads(line))

    def _write(self, line: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._follow(line)

    def _follow(self, line: dict[str, Any]) -> None:
        if line.get("anew"):
            self._entries, self._most_in_progress, self._most_running = {}, 0, 0
            return
        if "changed" in line:
            self._change(line["request_id"], dict(line["changed"]))
        else:
            entry = Entry.model_validate(line)
            self._entries[entry.request_id] = entry
        states = [entry.state for entry in self._entries.values()]
        self._most_in_progress = max(self._most_in_progress, sum(state not in ENDED for state in states))
        self._most_running = max(self._most_running, states.count("running"))

    def _change(self, request_id: str, changed: dict[str, Any]) -> None:
        entry = self._entries.get(request_id)
        if entry is None:
            return
        if state := changed.pop("state", None):
            changed["states"] = (*entry.states, state)
        self._entries[request_id] = entry.model_copy(update=changed)
