"""Which voice speaks a line: what a run chooses it by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from typing_extensions import override

from longtake.assets import Store
from longtake.loudness import LoudnessPreset
from longtake.speech.opening import open_voice
from longtake.speech.voice import Voice
from longtake.storyboard import Line, Storyboard


class VoiceBook(ABC):
    """The voices of a run."""

    @abstractmethod
    def named(self, spec: str | None, language: str) -> Voice:
        """The voice that a script names, as it is known before anything is spoken.

        Raises SettingError for a name that nobody knows.
        """

    @property
    def spent_micro_usd(self) -> int:
        """What the voices may have cost in this run."""
        return 0

    @abstractmethod
    async def check_budget(self, storyboard: Storyboard, preset: LoudnessPreset, store: Store) -> None:
        """See, before any of it is paid, that the budget covers all that is to be spoken. Raises OverBudget."""

    @abstractmethod
    def cache_key(self, specs: Sequence[str | None]) -> list[object]:
        """What determines the sound of these voices beside their names, as plain values. Empty for this machine's."""

    @abstractmethod
    async def voice_for(
        self, line: Line, spec: str | None, language: str, say: Mapping[str, str], preset: LoudnessPreset, store: Store
    ) -> Voice:
        """The voice that is to speak a line here and now."""


class LocalBook(VoiceBook):
    """The voices of this machine alone."""

    @override
    def named(self, spec: str | None, language: str) -> Voice:
        return open_voice(spec, language)

    @override
    async def check_budget(self, storyboard: Storyboard, preset: LoudnessPreset, store: Store) -> None:
        return

    @override
    def cache_key(self, specs: Sequence[str | None]) -> list[object]:
        return []

    @override
    async def voice_for(
        self, line: Line, spec: str | None, language: str, say: Mapping[str, str], preset: LoudnessPreset, store: Store
    ) -> Voice:
        return open_voice(spec, language)


LOCAL = LocalBook()
