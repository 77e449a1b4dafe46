"""espeak-ng as the system's program: where the package with its library cannot be used."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from functools import cached_property

import numpy as np
from typing_extensions import override

from longtake.speech.espeak_child import LONGEST_SENTENCE_SECONDS
from longtake.speech.espeak_engine import Catalogue, EngineFailed, EngineMissing, EspeakEngine, EspeakLanguage
from longtake.speech.voice import Speech

_TRIES = 2
_WAV_HEADER_BYTES = 44
_RATE_AT_BYTE = 24
_OTHER_TAG = re.compile(r"\(([\w-]+) (\d+)\)")


class ProgramEngine(EspeakEngine):
    """Starts the program for each sentence. A voice with breath or an echo may differ by a few bits each time."""

    def __init__(self, program: str) -> None:
        self._program = program

    @classmethod
    def from_path(cls) -> ProgramEngine:
        """The program that the system has. Raises EngineMissing."""
        found = shutil.which("espeak-ng")
        if not found:
            raise EngineMissing("there is no program espeak-ng")
        return cls(found)

    @override
    def catalogue(self) -> Catalogue:
        return self._catalogue

    @cached_property
    def _catalogue(self) -> Catalogue:
        languages = [_language(line) for line in self._lines("--voices")]
        variants = [line.split("!v/", 1)[1].strip() for line in self._lines("--voices=variant") if "!v/" in line]
        return Catalogue(languages=tuple(filter(None, languages)), variants=tuple(sorted(variants)))

    def _lines(self, option: str) -> list[str]:
        return self._run(option).decode(errors="replace").splitlines()[1:]

    @override
    def speak(self, voice: str, text: str) -> Speech:
        # -z: no pause behind the text; -b 1: it is UTF-8. The sizes in the header are made up, for it goes to a pipe.
        wav = self._run("-v", voice, "-b", "1", "-z", "--stdin", "--stdout", text=text)
        if not wav:
            return Speech(samples=np.zeros(0, np.int16), sample_rate_hz=22_050)
        if len(wav) < _WAV_HEADER_BYTES or wav[:4] != b"RIFF":
            raise EngineFailed("espeak-ng did not answer with a WAV")
        rate: int = struct.unpack_from("<I", wav, _RATE_AT_BYTE)[0]
        body = wav[_WAV_HEADER_BYTES:]
        samples = np.frombuffer(body[: len(body) // 2 * 2], dtype="<i2").astype(np.int16)
        return Speech(samples=samples, sample_rate_hz=rate)

    def _run(self, *arguments: str, text: str = "") -> bytes:
        reason = ""
        for _ in range(_TRIES):
            try:
                done = subprocess.run(
                    [self._program, *arguments],
                    input=text.encode(errors="replace"),
                    capture_output=True,
                    timeout=LONGEST_SENTENCE_SECONDS,
                    start_new_session=True,
                    check=False,
                )
            except OSError as error:
                raise EngineMissing(f"{self._program} cannot be run: {error.strerror}") from error
            except subprocess.TimeoutExpired:
                reason = "espeak-ng took too long"
                continue
            if done.returncode == 0:
                return done.stdout
            words = done.stderr.decode(errors="replace").strip().splitlines()
            reason = f"espeak-ng ended with {done.returncode}" + (f": {words[-1]}" if words else "")
        raise EngineFailed(reason)

    @override
    def close(self) -> None:
        pass


def _language(line: str) -> EspeakLanguage | None:
    """A line of `espeak-ng --voices`: priority, tag, age and gender, name, file, and other tags in brackets."""
    fields = line.split(None, 5)
    if len(fields) < 5 or not fields[0].isdigit():
        return None
    others = _OTHER_TAG.findall(fields[5]) if len(fields) > 5 else []
    tags = ((int(fields[0]), fields[1]), *((int(priority), tag) for tag, priority in others))
    return EspeakLanguage(identifier=fields[4], title=fields[3].replace("_", " "), tags=tags)
