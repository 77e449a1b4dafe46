"""The block of voices behind OpenAI's speech API, at OpenAI or on a server of one's own."""

from __future__ import annotations

import os
from typing import Any

import httpx
from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr, field_validator

from blocks.logos import WEB_LOGO
from blocks.resolving import address_of, key_of
from blocks.voices.fields import BestCharacters, InProgressLimit
from blocks.voices.listing import asked_list, named_voices
from blocks.voices.names import VoiceName
from blocks.voices.openai_voice import PATH, OpenAIVoice
from blocks.voices.posting import Door
from blocks.voices.stating import Stated, terms_of, without_ours
from blocks.voices.terms import Terms, UnkeyedVoice
from longtake.errors import SettingError
from longtake.providers import Pace
from longtake.speech.voice import HostedVoice, VoiceInfo

NAME = "openai"
KEY_VARIABLE = "OPENAI_API_KEY"
URL_VARIABLE = "OPENAI_BASE_URL"
OWN_VOICES = (
    "alloy", "ash", "ballad", "coral", "echo", "fable", "marin", "cedar", "nova", "onyx", "sage", "shimmer", "verse",
)  # fmt: skip
"""As OpenAI's guide to speech lists them; the older models have fewer."""
OWN_URL = "https://api.openai.com/v1"
MAXIMUM_CHARACTERS = 4096
"""Of a text (OpenAI, API reference, create speech); taken for every server that speaks its language."""

_OURS = frozenset({"input", "model", "voice", "response_format", "stream_format", "stream"})


class OpenAIVoices(Block):
    """Voices behind OpenAI's speech API: OpenAI's own, or a server's that speaks the same language.

    Kokoro-FastAPI, speaches and LocalAI do, for example. Such a server needs no key: without one, nobody can bill,
    and the price is 0. With a key, a gateway is taken to ask what OpenAI does for the model of that name; the price of
    any other model must be stated here.

    Example:
        Open a voice:
        ```python
        from blocks.voices.names import parse_name
        from blocks.voices.openai import OpenAIVoices
        from longtake.providers import Pace

        voices = OpenAIVoices.load("BLOCK_NAME")
        voice = voices.open(parse_name("openai:onyx"), "en", Pace())
        speech = await voice.speak("Hello.")
        ```
    """

    _block_type_name = "Longtake OpenAI voices"
    _block_type_slug = "longtake-openai-voices"
    _logo_url = WEB_LOGO
    _documentation_url = HttpUrl("https://platform.openai.com/docs/guides/text-to-speech")

    api_key: SecretStr | None = Field(
        default=None,
        title="API key",
        description="Empty: OPENAI_API_KEY, unless the block names a server; one of your own needs none.",
    )
    base_url: AnyHttpUrl | None = Field(
        default=None, title="Base URL", description="Empty: OPENAI_BASE_URL, else https://api.openai.com/v1."
    )
    default_model: str = Field(
        default="gpt-4o-mini-tts", title="Model", description="Who speaks where a voice's name holds no model."
    )
    extra: dict[str, Any] = Field(
        default_factory=dict,
        title="Extra fields",
        description='Sent along, as {"instructions": "Calm.", "speed": 1.1}.',
    )
    price_usd_per_character: float | None = Field(
        default=None, ge=0, title="Price of a character in dollars", description="Empty: what OpenAI states."
    )
    maximum_characters: int | None = Field(
        default=None, ge=1, title="Longest text in characters", description="Empty: what the model takes, else 4096."
    )
    best_characters: BestCharacters = 0
    in_progress_limit: InProgressLimit = 4

    @field_validator("extra")
    @classmethod
    def _leaves_our_fields(cls, extra: dict[str, Any]) -> dict[str, Any]:
        return without_ours(extra, _OURS)

    def open(self, name: VoiceName, language: str, pace: Pace) -> HostedVoice:
        """The voice, ready to speak; nothing is sent yet. Raises SettingError without a key where one is needed."""
        address, key = self._address(), self._key()
        if address == OWN_URL and key is None:
            key = key_of(self.api_key, KEY_VARIABLE, "OpenAI")
        door = Door(NAME, address + PATH, key, KEY_VARIABLE, pace)
        return OpenAIVoice(self._terms(name, language, key), door, name.voice, self.extra)

    def open_unkeyed(self, name: VoiceName, language: str) -> HostedVoice:
        """The same voice for its identity, limits and price; it cannot speak."""
        return UnkeyedVoice(self._terms(name, language, self._key()), KEY_VARIABLE)

    async def list_voices(self, prefix: str, pace: Pace) -> tuple[VoiceInfo, ...]:
        """OpenAI's own voices, which it names in its documents alone; those of another server, which answers them."""
        address = self._address()
        if address == OWN_URL:
            return named_voices(prefix, OWN_VOICES)
        key = self._key()
        door = Door(NAME, f"{address}/audio/voices", key, KEY_VARIABLE, pace)
        body = await asked_list(door, {"Authorization": f"Bearer {door.secret}"} if key else {})
        return named_voices(prefix, body.get("voices") or ())

    def _terms(self, name: VoiceName, language: str, key: SecretStr | None) -> Terms:
        address = self._address()
        is_own = address == OWN_URL
        is_free = self.price_usd_per_character is None and not is_own and key is None
        stated = Stated(
            model=name.model or self.default_model,
            key=key,
            address=None if is_own else address,
            usual_longest=MAXIMUM_CHARACTERS,
            in_progress_limit=self.in_progress_limit,
            best_characters=self.best_characters,
            price_usd_per_character=0.0 if is_free else self.price_usd_per_character,
            maximum_characters=self.maximum_characters,
            extra=self.extra,
        )
        return terms_of(name, language, stated)

    def _key(self) -> SecretStr | None:
        """The block's key, else the environment's, which goes to no server that the block names; else none."""
        own = self.api_key if self.api_key and self.api_key.get_secret_value().strip() else None
        is_for_it = self.base_url is None or str(self.base_url).rstrip("/") == OWN_URL
        if own or (is_for_it and os.environ.get(KEY_VARIABLE, "").strip()):
            return key_of(own, KEY_VARIABLE, "OpenAI")
        return None

    def _address(self) -> str:
        """Where it speaks. Without a key, that may be in the open: a server in one's own network."""
        try:
            return address_of(self.base_url, URL_VARIABLE, OWN_URL)
        except SettingError:
            stated = str(self.base_url or os.environ.get(URL_VARIABLE, ""))
            if self._key() is None and stated.startswith("http://") and httpx.URL(stated).host:
                return stated.rstrip("/")
            raise
