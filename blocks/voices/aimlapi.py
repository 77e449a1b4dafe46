"""The block of voices at AIML API."""

from __future__ import annotations

from typing import Any

from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr

from blocks.logos import WEB_LOGO
from blocks.resolving import address_of, key_of
from blocks.voices.fields import BestCharacters, InProgressLimit, LongestOfModel, stated_key
from blocks.voices.linked_voice import LinkedVoice
from blocks.voices.names import VoiceName
from blocks.voices.posting import Door
from blocks.voices.stating import Stated, terms_of
from blocks.voices.terms import Terms, UnkeyedVoice
from longtake.providers import Pace
from longtake.speech.voice import HostedVoice

NAME = "aimlapi"
KEY_VARIABLE = "AIML_API_KEY"
URL_VARIABLE = "LONGTAKE_AIMLAPI_URL"
OWN_URL = "https://api.aimlapi.com"
PATH = "/v1/tts"
MAXIMUM_CHARACTERS = 4096
"""Of `openai/tts-1` (AIML API, TTS-1); a guess for other models."""


class AimlapiVoices(Block):
    """Voices at AIML API, by a model each: `aimlapi:openai/tts-1/onyx`.

    Documented: the address, the fields `model`, `text`, `voice` and `response_format`, and that the answer names an
    address of the sound as `audio.url`, in the page's example though not in its schema. It states no price for a
    character: say one here, for nothing is spent at an unknown price.

    Example:
        Open a voice:
        ```python
        from blocks.voices.aimlapi import AimlapiVoices
        from blocks.voices.names import parse_name
        from longtake.providers import Pace

        voices = AimlapiVoices.load("BLOCK_NAME")
        voice = voices.open(parse_name("aimlapi:openai/tts-1/onyx"), "en", Pace())
        speech = await voice.speak("Hello.")
        ```
    """

    _block_type_name = "Longtake AIML API voices"
    _block_type_slug = "longtake-aimlapi-voices"
    _logo_url = WEB_LOGO
    _documentation_url = HttpUrl("https://docs.aimlapi.com/api-references/speech-models/text-to-speech/openai/tts-1")

    api_key: SecretStr | None = Field(default=None, title="API key", description="Empty: AIML_API_KEY is used.")
    api_url: AnyHttpUrl | None = Field(
        default=None, title="API URL", description="Empty: LONGTAKE_AIMLAPI_URL, else https://api.aimlapi.com."
    )
    extra: dict[str, Any] = Field(default_factory=dict, title="Extra fields", description="Sent along.")
    price_usd_per_character: float | None = Field(
        default=None, ge=0, title="Price of a character in dollars", description="Nothing is spent without one."
    )
    maximum_characters: LongestOfModel = None
    best_characters: BestCharacters = 0
    in_progress_limit: InProgressLimit = 2

    def open(self, name: VoiceName, language: str, pace: Pace) -> HostedVoice:
        """The voice, ready to speak; nothing is sent yet. Raises SettingError without a key."""
        key = key_of(self.api_key, KEY_VARIABLE, "AIML API")
        door = Door(NAME, self._address() + PATH, key, KEY_VARIABLE, pace)
        fixed = {"response_format": "wav", **self.extra, "model": name.model, "voice": name.voice}
        return LinkedVoice(self._terms(name, language, key), door, "Bearer", "text", fixed)

    def open_unkeyed(self, name: VoiceName, language: str) -> HostedVoice:
        """The same voice for its identity, limits and price; it cannot speak."""
        key = stated_key(self.api_key, KEY_VARIABLE)
        return UnkeyedVoice(self._terms(name, language, key), KEY_VARIABLE)

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
        return address_of(self.api_url, URL_VARIABLE, OWN_URL)
