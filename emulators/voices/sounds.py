"""What the emulated voices say: espeak-ng's speech, in whatever format is asked for."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from longtake.speech import open_voice
from longtake.speech.sound import to_grid_rate

RATE = 24_000
_VARIANTS = ("f1", "f2", "f3", "f4", "m1", "m2", "m3", "m4")
_LANGUAGES = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "ARABIC": "ar",
    "CYRILLIC": "ru",
    "DEVANAGARI": "hi",
    "GREEK": "el",
    "HEBREW": "he",
    "CJK": "cmn",
}


@dataclass(frozen=True)
class Sound:
    """Mono speech at 24 kHz."""

    samples: NDArray[np.int16]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / RATE

    @property
    def pcm(self) -> bytes:
        """Bare samples, little end first."""
        return self.samples.astype("<i2").tobytes()

    def encoded(self, kind: str) -> bytes:
        """A file of a kind such as `wav`, `mp3`, `ogg_vorbis` or `pcm`; WAV where nobody knows the kind."""
        if kind == "pcm":
            return self.pcm
        written = io.BytesIO()
        file_format, subtype = _FILES.get(kind, _FILES["wav"])
        soundfile.write(written, self.samples, RATE, format=file_format, subtype=subtype)
        return written.getvalue()


_FILES = {
    "wav": ("WAV", "PCM_16"),
    "mp3": ("MP3", None),
    "ogg_vorbis": ("OGG", "VORBIS"),
    "flac": ("FLAC", "PCM_16"),
}
EMPTY = Sound(np.zeros(0, np.int16))
SILENCE = Sound(np.zeros(RATE, np.int16))


async def say(text: str, voice: str) -> Sound:
    """The text, by a voice that is always the same for a name. Its language is guessed by its script."""
    language = _language(text)
    variant = _VARIANTS[hashlib.sha256(voice.encode()).digest()[0] % len(_VARIANTS)]
    speech = await open_voice(f"espeak:{language}+{variant}", language).speak(text)
    # espeak-ng's sound holds nothing above 12 kHz, so every second sample of 48 kHz is enough.
    return Sound(to_grid_rate(speech.samples, speech.sample_rate_hz)[::2].copy())


def _language(text: str) -> str:
    names = {unicodedata.name(sign, "").partition(" ")[0].partition("-")[0] for sign in text}
    return next((language for script, language in _LANGUAGES.items() if script in names), "en-us")


def with_made_up_size(wav: bytes, size: int) -> bytes:
    """The WAV as one who streams it would send it: its sizes are not its own."""
    told = size.to_bytes(4, "little")
    at = wav.index(b"data") + 4
    return wav[:4] + told + wav[8:at] + told + wav[at + 4 :]
