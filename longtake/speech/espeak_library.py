"""espeak-ng as a library in child processes: from the package espeakng-loader, for every platform."""

from __future__ import annotations

import atexit
import itertools
import json
import os
import re
import threading
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np
from typing_extensions import override

from longtake.speech.child_process import ChildDied, ChildRefused
from longtake.speech.espeak_child import COUNT, LIST, SPEAK, WORD
from longtake.speech.espeak_engine import Catalogue, EngineFailed, EngineMissing, EspeakEngine, EspeakLanguage
from longtake.speech.espeak_process import EspeakProcess
from longtake.speech.voice import Speech, SpokenWord

_TRIES = 2
_NUMBER = re.compile(r"\d(?:[.,']?\d)*")


class LibraryEngine(EspeakEngine):
    """Children are started when they are needed, as many as sentences are spoken at once, and kept for the next.

    A child that dies is replaced, and its sentence tried once more by a fresh one. Equal sentences give equal samples,
    in any order.
    """

    def __init__(self, library: Path, data: Path) -> None:
        """`library` is libespeak-ng itself, `data` the folder named espeak-ng-data."""
        self._library = library.absolute()
        self._data_parent = data.absolute().parent
        self._idle: list[EspeakProcess] = []
        self._lock = threading.Lock()
        self._owner = os.getpid()
        atexit.register(self.close)

    @classmethod
    def from_package(cls) -> LibraryEngine:
        """The library that espeakng-loader carries. Raises EngineMissing."""
        try:
            import espeakng_loader

            return cls(Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path()))
        except (ImportError, RuntimeError, OSError) as error:
            raise EngineMissing(f"the package espeakng-loader cannot be used: {error}") from error

    @property
    def idle_pids(self) -> tuple[int, ...]:
        """The processes that wait for a sentence."""
        with self._lock:
            return tuple(process.pid for process in self._idle)

    @override
    def catalogue(self) -> Catalogue:
        return self._catalogue

    @cached_property
    def _catalogue(self) -> Catalogue:
        data = json.loads(self._asked(LIST)[0])
        return Catalogue(
            languages=tuple(
                EspeakLanguage(identifier, title.strip(), tuple((priority, tag) for priority, tag in tags))
                for identifier, title, tags in data["voices"]
            ),
            variants=tuple(data["variants"]),
        )

    @override
    def speak(self, voice: str, text: str) -> Speech:
        data, rate = self._asked(SPEAK, voice, text)
        samples_at = COUNT.size + COUNT.unpack_from(data)[0] * WORD.size
        samples = np.frombuffer(data, dtype="<i2", offset=samples_at).astype(np.int16)
        told = WORD.iter_unpack(data[COUNT.size : samples_at])
        return Speech(samples=samples, sample_rate_hz=rate, words=_spoken_words(text, told, len(samples) / rate))

    def _asked(self, kind: int, voice: str = "", text: str = "") -> tuple[bytes, int]:
        """A child's answer, and the rate of its samples."""
        reason = ""
        for attempt in range(_TRIES):
            process = self._take(fresh=attempt > 0)
            try:
                data = process.ask(kind, voice, text)
            except ChildDied as error:
                process.kill()
                reason = str(error)
                continue
            except ChildRefused as error:
                self._give_back(process)
                raise EngineFailed(str(error)) from error
            except BaseException:
                process.kill()
                raise
            self._give_back(process)
            return data, process.sample_rate_hz
        raise EngineFailed(reason)

    def _take(self, *, fresh: bool) -> EspeakProcess:
        with self._lock:
            if self._owner != os.getpid():  # after a fork of the parent its children are not ours
                self._idle, self._owner = [], os.getpid()
            if self._idle and not fresh:
                return self._idle.pop()
        try:
            return EspeakProcess(self._library, self._data_parent)
        except (ChildDied, ChildRefused, OSError) as error:
            raise EngineMissing(f"libespeak-ng cannot be used: {error}") from error

    def _give_back(self, process: EspeakProcess) -> None:
        with self._lock:
            self._idle.append(process)

    @override
    def close(self) -> None:
        with self._lock:
            idle, self._idle = (self._idle, []) if self._owner == os.getpid() else ([], [])
        for process in idle:
            process.end()


def _spoken_words(text: str, told: Iterable[tuple[int, ...]], seconds: float) -> tuple[SpokenWord, ...]:
    """The words of a text with their times, each until the next one begins.

    espeak-ng tells several words of a number (`2024`), at places inside it. What is no word's start is left out.
    """
    begun: list[tuple[int, int]] = []
    inside = {place for number in _NUMBER.finditer(text) for place in range(number.start() + 1, number.end())}
    for place, _, milliseconds in told:
        later = not begun or (place > begun[-1][0] and milliseconds >= begun[-1][1])
        if later and place not in inside and text[place : place + 1].isalnum():
            begun.append((place, milliseconds))
    return tuple(
        SpokenWord(text=text[place:end].strip(), start_seconds=start / 1000, end_seconds=max(start, stop) / 1000)
        for (place, start), (end, stop) in itertools.pairwise([*begun, (len(text), round(1000 * seconds))])
    )
