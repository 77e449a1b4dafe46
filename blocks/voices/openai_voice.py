"""A voice on the wire of OpenAI's speech API, which Kokoro-FastAPI, speaches, LocalAI and others speak too."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from blocks.voices.posting import Door, ask_for_speech
from blocks.voices.sound import read_sound
from blocks.voices.terms import TermedVoice, Terms
from longtake.speech.voice import Speech

PATH = "/audio/speech"


class OpenAIVoice(TermedVoice):
    """Asks for WAV, and takes whatever sound comes. It tells no times of words, and hears no context."""

    def __init__(self, terms: Terms, door: Door, voice: str, extra: Mapping[str, Any]) -> None:
        super().__init__(terms)
        self._door = door
        self._fixed = {**extra, "model": terms.model, "voice": voice, "response_format": "wav"}

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        self.check_length(text)
        headers = {"Authorization": f"Bearer {self._door.secret}"} if self._door.key else {}
        response = await ask_for_speech(self._door, {**self._fixed, "input": text}, headers)
        samples, rate = await asyncio.to_thread(read_sound, response.content, self.name)
        return Speech(samples, rate)

    @override
    async def close(self) -> None:
        return
