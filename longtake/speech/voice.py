"""What a voice is: the contract that espeak-ng meets here, and voices elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtake.frozen import Frozen


class SpokenWord(Frozen):
    """A word and when it sounds, in seconds from the start of its speech."""

    text: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class Speech:
    """What a voice said: mono 16-bit samples, and the times of its words where the voice tells them."""

    samples: NDArray[np.int16]
    sample_rate_hz: int
    words: tuple[SpokenWord, ...] = ()


class VoiceInfo(Frozen):
    """A voice that may be chosen: its name for a script, its language, and what it calls itself."""

    name: str
    language: str
    title: str


class Voice(ABC):
    """Turns text into speech. Any number of `speak` may run at once, from any event loop."""

    @property
    @abstractmethod
    def name(self) -> str:
        """How a script names this voice, such as `espeak:gmw/en-US+f3`."""

    @property
    @abstractmethod
    def identity(self) -> dict[str, str | int | float | bool | None]:
        """All that determines its sound, but no version of a tool. Speech is kept under it."""

    @property
    @abstractmethod
    def price_usd_per_character(self) -> float | None:
        """What a spoken character costs; 0 where it is free, None where nobody states a price."""

    @property
    @abstractmethod
    def maximum_characters(self) -> int:
        """The longest text that `speak` takes."""

    @abstractmethod
    async def speak(self, text: str) -> Speech:
        """The sound of a text, free of markup. Raises VoiceFailed, which names the voice and the text."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of processes and connections. A later `speak` may open them anew."""
