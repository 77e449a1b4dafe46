"""The block of an ElevenLabs account's voices."""

from __future__ import annotations

from typing import Any

from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr, field_validator

from blocks.logos import WEB_LOGO
from blocks.resolving import address_of, key_of
from blocks.voices.elevenlabs_voice import ElevenLabsVoice
from blocks.voices.fields import BestCharacters, InProgressLimit, stated_key
from blocks.voices.listing import asked_list, named_voices
from blocks.voices.names import VoiceName
from blocks.voices.posting import Door
from blocks.voices.stating import Stated, terms_of, without_ours
from blocks.voices.terms import Terms, UnkeyedVoice
from longtake.providers import Pace
from longtake.speech.voice import HostedVoice, VoiceInfo

NAME = "elevenlabs"
KEY_VARIABLE = "ELEVENLABS_API_KEY"
URL_VARIABLE = "LONGTAKE_ELEVENLABS_URL"
OWN_URL = "https://api.elevenlabs.io"
MAXIMUM_CHARACTERS = 5000
"""Of a model that we do not know: the least that any takes."""

DEFAULT_FORMAT = "pcm_24000"
_DEAF = frozenset({"eleven_v3"})
"""Models that refuse previous_text and next_text (ElevenLabs, create speech)."""

_OURS = frozenset({"text", "model_id", "previous_text", "next_text"})


class ElevenLabsVoices(Block):
    """An account at ElevenLabs. Its voices tell when each word sounds, and can hear what is said around a text.

    Example:
        Open a voice:
        ```python
        from blocks.voices.elevenlabs import ElevenLabsVoices
        from blocks.voices.names import parse_name
        from longtake.providers import Pace

        voices = ElevenLabsVoices.load("BLOCK_NAME")
        voice = voices.open(parse_name("elevenlabs:JBFqnCBsd6RMkjVDRZzb"), "en", Pace())
        speech = await voice.speak("Hello.")
        ```
    """

    _block_type_name = "Longtake ElevenLabs voices"
    _block_type_slug = "longtake-elevenlabs-voices"
    _logo_url = WEB_LOGO
    _documentation_url = HttpUrl("https://elevenlabs.io/docs/api-reference/text-to-speech/convert-with-timestamps")

    api_key: SecretStr | None = Field(default=None, title="API key", description="Empty: ELEVENLABS_API_KEY is used.")
    api_url: AnyHttpUrl | None = Field(
        default=None, title="API URL", description="Empty: LONGTAKE_ELEVENLABS_URL, else https://api.elevenlabs.io."
    )
    default_model: str = Field(
        default="eleven_multilingual_v2", title="Model", description="Who speaks where a voice's name holds no model."
    )
    context: bool = Field(
        default=False,
        title="Hears context",
        description="Whether it hears the text before and after. A changed sentence then changes its neighbours too.",
    )
    extra: dict[str, Any] = Field(
        default_factory=dict, title="Extra fields", description='Sent along, as {"voice_settings": {"stability": 0.5}}.'
    )
    output_format: str = Field(
        default=DEFAULT_FORMAT,
        pattern=r"^(pcm|mp3|opus|wav)_\d+(_\d+)?$",
        title="Output format",
        description="MP3 where the plan refuses it.",
    )
    price_usd_per_character: float | None = Field(
        default=None, ge=0, title="Price of a character in dollars", description="Empty: what ElevenLabs states."
    )
    best_characters: BestCharacters = 0
    in_progress_limit: InProgressLimit = 2

    @field_validator("extra")
    @classmethod
    def _leaves_our_fields(cls, extra: dict[str, Any]) -> dict[str, Any]:
        return without_ours(extra, _OURS)

    def open(self, name: VoiceName, language: str, pace: Pace) -> HostedVoice:
        """The voice, ready to speak; nothing is sent yet. Raises SettingError without a key."""
        key = key_of(self.api_key, KEY_VARIABLE, "ElevenLabs")
        door = Door(NAME, self._address(), key, KEY_VARIABLE, pace)
        return ElevenLabsVoice(self._terms(name, language, key), door, name.voice, self.output_format, self.extra)

    def open_unkeyed(self, name: VoiceName, language: str) -> HostedVoice:
        """The same voice for its identity, limits and price; it cannot speak."""
        key = stated_key(self.api_key, KEY_VARIABLE)
        return UnkeyedVoice(self._terms(name, language, key), KEY_VARIABLE)

    async def list_voices(self, prefix: str, pace: Pace) -> tuple[VoiceInfo, ...]:
        """The voices of the account (ElevenLabs, list voices)."""
        key = key_of(self.api_key, KEY_VARIABLE, "ElevenLabs")
        door = Door(NAME, f"{self._address()}/v1/voices", key, KEY_VARIABLE, pace)
        body = await asked_list(door, {"xi-api-key": door.secret})
        return named_voices(prefix, body.get("voices") or (), key="voice_id")

    def _terms(self, name: VoiceName, language: str, key: SecretStr | None) -> Terms:
        address = self._address()
        model = name.model or self.default_model
        stated = Stated(
            model=model,
            key=key,
            address=None if address == OWN_URL else address,
            usual_longest=MAXIMUM_CHARACTERS,
            in_progress_limit=self.in_progress_limit,
            best_characters=self.best_characters,
            price_usd_per_character=self.price_usd_per_character,
            extra=self.extra,
            identity={} if self.output_format == DEFAULT_FORMAT else {"output_format": self.output_format},
            hears_context=self.context and model not in _DEAF,
        )
        return terms_of(name, language, stated)

    def _address(self) -> str:
        return address_of(self.api_url, URL_VARIABLE, OWN_URL)
