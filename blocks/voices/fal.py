"""The block of voices that fal hosts."""

from __future__ import annotations

import json
from typing import Any

from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr

from blocks.logos import WEB_LOGO
from blocks.resolving import address_of, fal_key_in_environment, key_of
from blocks.voices.fields import BestCharacters, InProgressLimit, LongestOfModel
from blocks.voices.linked_voice import LinkedVoice
from blocks.voices.names import VoiceName
from blocks.voices.posting import Door
from blocks.voices.stating import Stated, terms_of
from blocks.voices.terms import Terms, UnkeyedVoice
from longtake.providers import Pace
from longtake.speech.voice import HostedVoice

NAME = "fal"
KEY_VARIABLE = "FAL_KEY"
URL_VARIABLE = "LONGTAKE_FAL_RUN_URL"
OWN_URL = "https://fal.run"
MAXIMUM_CHARACTERS = 4096
"""A guess: few of its models state a limit."""

_PROMPTED = "fal-ai/kokoro/"
"""Kokoro's endpoints call the text `prompt` (fal, Kokoro model page); all others that we know call it `text`."""


class FalVoices(Block):
    """Voices that fal hosts, asked through its synchronous address: `fal:fal-ai/kokoro/american-english/af_heart`.

    Documented by fal: the address, the key's header, Kokoro's fields and price, and the answer, which names an address
    of the sound as `audio.url`. That other models take `text` and `voice` is so where we looked, and else a guess.

    Example:
        Open a voice:
        ```python
        from blocks.voices.fal import FalVoices
        from blocks.voices.names import parse_name
        from longtake.providers import Pace

        voices = FalVoices.load("BLOCK_NAME")
        voice = voices.open(parse_name("fal:fal-ai/kokoro/american-english/af_heart"), "en", Pace())
        speech = await voice.speak("Hello.")
        ```
    """

    _block_type_name = "Longtake fal voices"
    _block_type_slug = "longtake-fal-voices"
    _logo_url = WEB_LOGO
    _documentation_url = HttpUrl("https://fal.ai/models/fal-ai/kokoro/american-english/api")

    api_key: SecretStr | None = Field(
        default=None, title="API key", description="Empty: FAL_KEY, else FAL_KEY_ID and FAL_KEY_SECRET."
    )
    run_url: AnyHttpUrl | None = Field(
        default=None, title="URL", description="Empty: LONGTAKE_FAL_RUN_URL, else https://fal.run."
    )
    text_field: str = Field(default="", title="Field of the text", description="Empty: as the model's page says.")
    voice_field: str = Field(
        default="voice", min_length=1, title="Field of the voice", description="A dot stands before a field inside it."
    )
    extra: dict[str, Any] = Field(default_factory=dict, title="Extra fields", description="Sent along.")
    price_usd_per_character: float | None = Field(
        default=None, ge=0, title="Price of a character in dollars", description="Empty: what fal states, if we know."
    )
    maximum_characters: LongestOfModel = None
    best_characters: BestCharacters = 0
    in_progress_limit: InProgressLimit = 2

    def open(self, name: VoiceName, language: str, pace: Pace) -> HostedVoice:
        """The voice, ready to speak; nothing is sent yet. Raises SettingError without a key."""
        key = key_of(self.api_key or fal_key_in_environment(), KEY_VARIABLE, NAME)
        terms = self._terms(name, language, key)
        door = Door(NAME, f"{self._address()}/{terms.model}", key, KEY_VARIABLE, pace)
        text_field = self.text_field or ("prompt" if terms.model.startswith(_PROMPTED) else "text")
        return LinkedVoice(terms, door, "Key", text_field, self._fixed(name.voice))

    def open_unkeyed(self, name: VoiceName, language: str) -> HostedVoice:
        """The same voice for its identity, limits and price; it cannot speak."""
        return UnkeyedVoice(self._terms(name, language, self.api_key or fal_key_in_environment()), KEY_VARIABLE)

    def _fixed(self, voice: str) -> dict[str, Any]:
        """The fields of every request: the extra ones, and the voice's, that may be inside another."""
        fields = json.loads(json.dumps(self.extra))
        *outer, last = self.voice_field.split(".")
        inner = fields
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = voice
        return dict(fields)

    def _terms(self, name: VoiceName, language: str, key: SecretStr | None) -> Terms:
        address = self._address()
        stated = Stated(
            model=name.model or "",
            key=key,
            address=None if address == OWN_URL else address,
            usual_longest=MAXIMUM_CHARACTERS,
            in_progress_limit=self.in_progress_limit,
            best_characters=self.best_characters,
            price_usd_per_character=self.price_usd_per_character,
            maximum_characters=self.maximum_characters,
            extra=self.extra,
        )
        return terms_of(name, language, stated)

    def _address(self) -> str:
        return address_of(self.run_url, URL_VARIABLE, OWN_URL)
