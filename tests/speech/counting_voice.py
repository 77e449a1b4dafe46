"""A real voice that remembers what it was asked to say, and can be made to fail."""

from __future__ import annotations

from dataclasses import replace

from typing_extensions import override

from longtake.errors import VoiceFailed
from longtake.speech import Speech, SpokenWord, Voice, open_voice


class CountingVoice(Voice):
    """espeak-ng's English, counted."""

    def __init__(
        self,
        spec: str | None = None,
        *,
        fails_at: str | None = None,
        maximum: int = 5000,
        words: tuple[SpokenWord, ...] = (),
    ) -> None:
        self._voice = open_voice(spec, "en")
        self._maximum = maximum
        self._words = words
        self.fails_at = fails_at
        self.spoken: list[str] = []

    @property
    @override
    def name(self) -> str:
        return "counting"

    @property
    @override
    def identity(self) -> dict[str, str | int | float | bool | None]:
        return {"engine": "counting"}

    @property
    @override
    def price_usd_per_character(self) -> float | None:
        return 0.0

    @property
    @override
    def maximum_characters(self) -> int:
        return self._maximum

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        if self.fails_at and self.fails_at in text:
            raise VoiceFailed("the network is down")
        self.spoken.append(text)
        return replace(await self._voice.speak(text), words=self._words)

    @override
    async def close(self) -> None:
        await self._voice.close()
