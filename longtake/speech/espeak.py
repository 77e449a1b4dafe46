"""The voices of espeak-ng: free, offline, in about a hundred languages."""

from __future__ import annotations

import asyncio
import os
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from typing_extensions import override

from longtake.errors import MissingComponent, VoiceFailed
from longtake.speech.espeak_engine import Catalogue, EngineFailed, EngineMissing, EspeakEngine
from longtake.speech.espeak_library import LibraryEngine
from longtake.speech.espeak_names import voice_named
from longtake.speech.espeak_program import ProgramEngine
from longtake.speech.espeak_reading import language_of, read_aloud
from longtake.speech.sentences import parted
from longtake.speech.voice import Speech, Voice, VoiceInfo

PREFIX = "espeak"

_LONGEST_WORD_CHARACTERS = 40
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD_CHARACTERS + 1},}}")


class EspeakVoice(Voice):
    """A voice of espeak-ng. All of them share one engine, and at most one sentence a processor is spoken at once."""

    def __init__(self, full_name: str, engine: EspeakEngine) -> None:
        """`full_name` is one that the engine's catalogue has, such as `gmw/en-US+f3`."""
        self._full_name = full_name
        self._engine = engine

    @property
    @override
    def name(self) -> str:
        return f"{PREFIX}:{self._full_name}"

    @property
    @override
    def identity(self) -> dict[str, str | int | float | bool | None]:
        return {"engine": "espeak-ng", "voice": self._full_name}

    @property
    @override
    def price_usd_per_character(self) -> float | None:
        return 0.0

    @property
    @override
    def maximum_characters(self) -> int:
        return 5_000

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        read = _with_gaps(read_aloud(text, language_of(self._full_name)))
        loop = asyncio.get_running_loop()
        try:
            speech = await loop.run_in_executor(_workers(os.getpid()), self._engine.speak, self._full_name, read)
        except EngineMissing as error:
            raise MissingComponent(str(error)) from error
        except EngineFailed as error:
            raise VoiceFailed(f"the voice {self.name} failed at {_shown(text)}: {error}") from error
        if not speech.samples.any():
            raise VoiceFailed(f"the voice {self.name} gave no sound for {_shown(text)}")
        return speech

    @override
    async def close(self) -> None:
        await asyncio.to_thread(self._engine.close)


def open_espeak(name: str, language: str) -> EspeakVoice:
    """The voice of that name (`en-us+f3`, `gmw/en+m3`, `+f3`), or the language's own when it is empty.

    Raises SettingError for a voice, variant or language that espeak-ng has not, MissingComponent without espeak-ng.
    """
    engine, catalogue = _espeak(os.getpid())
    return EspeakVoice(voice_named(name, catalogue, language=language), engine)


def espeak_voices() -> tuple[VoiceInfo, ...]:
    """Every voice of this machine's espeak-ng. Raises MissingComponent when there is none."""
    _, catalogue = _espeak(os.getpid())
    return tuple(
        VoiceInfo(name=f"{PREFIX}:{each.identifier}", language=each.tags[0][1], title=each.title)
        for each in catalogue.languages
        if each.tags
    )


def find_engine() -> tuple[EspeakEngine, Catalogue]:
    """The package's library, else the system's program, with what it has. Raises MissingComponent."""
    reasons = []
    for engine_of in (LibraryEngine.from_package, ProgramEngine.from_path):
        try:
            engine: EspeakEngine = engine_of()
            return engine, engine.catalogue()
        except (EngineMissing, EngineFailed) as error:
            reasons.append(str(error))
    raise MissingComponent(
        f"espeak-ng is not on this machine ({'; '.join(reasons)}): install the Python package espeakng-loader, "
        "or the program (apt-get install espeak-ng, brew install espeak-ng)"
    )


@cache
def _espeak(_process: int) -> tuple[EspeakEngine, Catalogue]:
    """This process's engine; a fork of the process gets its own."""
    return find_engine()


@cache
def _workers(_process: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="espeak")


def _with_gaps(text: str) -> str:
    """The text with spaces in what is very long without any.

    espeak-ng drops what a word has beyond some 160 phonemes, as a Japanese sentence without commas does.
    """
    return _LONG_WORD.sub(lambda word: " ".join(parted(word[0], _LONGEST_WORD_CHARACTERS)), text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
