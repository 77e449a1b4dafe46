"""What drives espeak-ng: its library in child processes, or its program."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import PurePosixPath

from longtake.errors import LongtakeError
from longtake.speech.voice import Speech


class EngineFailed(LongtakeError):
    """An engine gave no answer for a sentence. Never leaves this package."""


class EngineMissing(LongtakeError):
    """An engine cannot be started on this machine. Never leaves this package."""


@dataclass(frozen=True)
class EspeakLanguage:
    """A voice of espeak-ng, which stands for a language: `gmw/en-US`, and tags with a priority, the lowest first."""

    identifier: str
    title: str
    tags: tuple[tuple[int, str], ...]

    @property
    def file_name(self) -> str:
        """The identifier without its family: `en-US`."""
        return PurePosixPath(self.identifier).name


@dataclass(frozen=True)
class Catalogue:
    """What an espeak-ng has: languages, and the variants (`f3`) that each can be spoken in."""

    languages: tuple[EspeakLanguage, ...]
    variants: tuple[str, ...]


class EspeakEngine(ABC):
    """Speaks one sentence at a time and thread; any number of threads may call it at once."""

    @abstractmethod
    def catalogue(self) -> Catalogue:
        """What it has. Raises EngineMissing when it cannot be started."""

    @abstractmethod
    def speak(self, voice: str, text: str) -> Speech:
        """The sound of a text by a voice such as `gmw/en-US+f3`. Raises EngineFailed, or EngineMissing."""

    @abstractmethod
    def close(self) -> None:
        """End its idle processes; others are started when they are needed."""
