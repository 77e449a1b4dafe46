"""A voice on ElevenLabs' wire: sound in base64, with the times of its characters."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from typing_extensions import override

from blocks.voices.posting import Door, ask_for_speech
from blocks.voices.sound import read_pcm, read_sound
from blocks.voices.terms import TermedVoice, Terms
from blocks.voices.word_times import words_of_alignment
from longtake.errors import AccountRefused, InputRefused, VoiceFailed
from longtake.providers.wire import json_of
from longtake.speech.voice import Speech, SpokenWord

FALLBACK_FORMAT = "mp3_44100_128"
"""That every plan may ask for (ElevenLabs, create speech: some others need a higher one)."""


class ElevenLabsVoice(TermedVoice):
    """Hears what is said before and after where its terms say so. Where the plan refuses a format, it takes MP3."""

    def __init__(self, terms: Terms, door: Door, voice: str, output_format: str, extra: Mapping[str, Any]) -> None:
        """`door` holds the address of the API; the voice's own is below it."""
        super().__init__(terms)
        self._door = replace(door, url=f"{door.url}/v1/text-to-speech/{quote(voice, safe='')}/with-timestamps")
        self._format = output_format
        self._fixed = {**extra, "model_id": terms.model}

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        self.check_length(text)
        content = {**self._fixed, "text": text}
        if self.hears_context:
            content |= {name: said for name, said in (("previous_text", before), ("next_text", after)) if said}
        try:
            return await self._spoken(content, self._format)
        except (AccountRefused, InputRefused) as error:
            if self._format == FALLBACK_FORMAT or "format" not in f"{error.kind} {error.message}".lower():
                raise
        self._format = FALLBACK_FORMAT
        return await self._spoken(content, FALLBACK_FORMAT)

    async def _spoken(self, content: Mapping[str, Any], output_format: str) -> Speech:
        door = replace(self._door, url=f"{self._door.url}?output_format={quote(output_format, safe='')}")
        response = await ask_for_speech(door, content, {"xi-api-key": door.secret})
        body = json_of(response)
        data = _audio_in(body)
        if data is None:
            raise VoiceFailed(f"the answer to the voice {self.name} holds no sound")
        words = words_of_alignment(body.get("alignment"))
        return await asyncio.to_thread(_read, data, output_format, words, self.name)

    @override
    async def close(self) -> None:
        return


def _audio_in(body: Mapping[str, Any]) -> bytes | None:
    encoded = body.get("audio_base64")
    if not isinstance(encoded, str):
        return None
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None


def _read(data: bytes, output_format: str, words: tuple[SpokenWord, ...], voice: str) -> Speech:
    kind, _, rate = output_format.partition("_")
    if kind == "pcm" and rate.isdecimal():
        return Speech(read_pcm(data, voice), int(rate), words)
    return Speech(*read_sound(data, voice), words)
