"""How far a run is. Whoever runs it (a terminal, a worker's log) listens; the steps only tell."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Protocol
from weakref import WeakKeyDictionary


class Listener(Protocol):
    """Who hears of progress. Called from several threads."""

    def stage(self, name: str, total: int, unit: str) -> None:
        """A stage begins that has `total` steps."""

    def advance(self, name: str, steps: int, seconds: float) -> None:
        """`steps` of a stage are done, worth `seconds` of video (0 where that says nothing)."""

    def note(self, text: str) -> None:
        """Something that a person should read."""


Milestone = Callable[[str], None]
"""Hears that a clip has come to a named point on its way. Tests end the process there."""


class Silence:
    """Hears nothing."""

    def stage(self, name: str, total: int, unit: str) -> None:
        """Say nothing."""

    def advance(self, name: str, steps: int, seconds: float) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


_listener: ContextVar[Listener] = ContextVar("listener", default=Silence())  # noqa: B039  Silence holds nothing

_told: WeakKeyDictionary[Listener, set[str]] = WeakKeyDictionary()

_milestones: list[Milestone] = []


def listen(listener: Listener) -> None:
    """Let `listener` hear of all progress in this context and in what it starts."""
    _listener.set(listener)


def is_heard() -> bool:
    """Whether anybody listens in this context."""
    return not isinstance(_listener.get(), Silence)


def stage(name: str, total: int, unit: str = "") -> None:
    """Tell that a stage begins."""
    _listener.get().stage(name, total, unit)


def advance(name: str, steps: int = 1, seconds: float = 0.0) -> None:
    """Tell that steps of a stage are done."""
    _listener.get().advance(name, steps, seconds)


def note(text: str) -> None:
    """Tell a person something."""
    _listener.get().note(text)


def note_once(text: str) -> None:
    """Tell a person something that several steps find: whoever listens hears it once."""
    listener = _listener.get()
    told = _told.setdefault(listener, set())
    if text not in told:
        told.add(text)
        listener.note(text)


def at_milestones(hear: Milestone) -> None:
    """Let `hear` be called, in every context of this process, when a named point is reached."""
    _milestones.append(hear)


def reach(name: str) -> None:
    """Tell that a clip has come to a named point."""
    for hear in _milestones:
        hear(name)
