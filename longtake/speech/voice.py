"""What a voice is: the contract that espeak-ng meets here, and voices elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from longtake.assets import Prepared
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


Find = Callable[[], Awaitable[Prepared | None]]
"""Looks for what was kept."""

Keep = Callable[[Speech], Awaitable[Prepared]]
"""Keeps what was said. Raises VoiceFailed when it is nothing but silence."""


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

    @property
    def best_characters(self) -> int:
        """Sentences that follow each other are spoken as one text up to this length, for a better flow; 0: each alone.

        A changed sentence then changes the sound of those it is spoken with.
        """
        return 0

    @property
    def hears_context(self) -> bool:
        """Whether what stands before and after a text changes how it is spoken. It is then kept under both, too."""
        return False

    @property
    def is_hosted(self) -> bool:
        """Whether it speaks at a provider. What such a voice said may have been paid, and is never thrown away."""
        return False

    @abstractmethod
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        """The sound of a text, free of markup. `before` and `after` are what is said around it, for its flow alone.

        Raises VoiceFailed, which names the voice and the text.
        """

    async def speak_once(self, text: str, *, before: str, after: str, find: Find, keep: Keep) -> Prepared:  # noqa: ARG002
        """Speak a text and keep it. A voice that costs money looks by `find` before it pays after having waited."""
        return await keep(await self.speak(text, before=before, after=after))

    @abstractmethod
    async def close(self) -> None:
        """Let go of processes and connections. A later `speak` may open them anew."""


class HostedVoice(Voice):
    """A voice at a provider, that may cost money. Its `speak` sends one request that may be charged, never two.

    What it raises tells what became of the money: ProviderBusy, AccountRefused and InputRefused, that nothing was
    charged; OutcomeUnknown, that the answer was lost and it may have been; VoiceFailed, that an answer came, so it
    was, and has no sound in it. What is surely not accepted it asks again by itself, a few times.
    """

    @property
    @override
    def is_hosted(self) -> bool:
        return True

    @property
    @abstractmethod
    def provider(self) -> str:
        """Who speaks, as it stands in the ledger: `openai`."""

    @property
    @abstractmethod
    def account(self) -> str:
        """Whose places and money it takes; tells no key."""

    @property
    @abstractmethod
    def model(self) -> str:
        """The provider's name for what speaks: `gpt-4o-mini-tts`."""

    @property
    @abstractmethod
    def in_progress_limit(self) -> int:
        """How many requests of the account may be on their way at once."""
