"""Voices whose answer names an address where the sound is: those of fal and of AIML API."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from typing_extensions import override

from blocks.polled_provider import is_web_address
from blocks.voices.posting import MOST_SOUND_BYTES, Door, ask_for_speech, longest_seconds
from blocks.voices.sound import read_sound
from blocks.voices.terms import TermedVoice, Terms
from longtake.errors import OutcomeUnknown, ProviderBusy
from longtake.providers.patience import patience
from longtake.providers.wire import ask, host_of, json_of, media_client
from longtake.speech.voice import Speech


class LinkedVoice(TermedVoice):
    """Asks once, then downloads what the answer names, which is free and asked again until it comes.

    An answer that is the sound itself is taken too. Sound that cannot be downloaded was paid: OutcomeUnknown.
    """

    def __init__(self, terms: Terms, door: Door, scheme: str, text_field: str, fixed: Mapping[str, Any]) -> None:
        """`scheme` is the word before the key; `fixed` all fields of a request but the text's."""
        super().__init__(terms)
        self._door = door
        self._scheme = scheme
        self._text_field = text_field
        self._fixed = fixed

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        self.check_length(text)
        headers = {"Authorization": f"{self._scheme} {self._door.secret}"}
        with patience(longest_seconds(self._door.pace)):
            response = await ask_for_speech(self._door, {**self._fixed, self._text_field: text}, headers)
            url = _address_in(response)
            data = await self._downloaded(url) if url else response.content
        return Speech(*await asyncio.to_thread(read_sound, data, self.name))

    async def _downloaded(self, url: str) -> bytes:
        pace = self._door.pace
        try:
            async with media_client(pace, most_answer_bytes=MOST_SOUND_BYTES) as client:
                response = await ask(lambda: client.get(url), pace, lasts_seconds=pace.download_timeout_seconds)
        except ProviderBusy as error:
            raise OutcomeUnknown(f"{self.provider} spoke, and its sound cannot be had: {error.message}") from error
        if not response.is_success:
            status = response.status_code
            raise OutcomeUnknown(f"{self.provider} spoke, and {host_of(url)} answers {status} instead of its sound")
        return response.content

    @override
    async def close(self) -> None:
        return


def _address_in(response: httpx.Response) -> str | None:
    audio = json_of(response).get("audio")
    url = audio.get("url") if isinstance(audio, dict) else None
    return str(url) if is_web_address(url) else None
