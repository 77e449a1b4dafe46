"""The block of AWS Polly's voices."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr, field_validator

from blocks.logos import WEB_LOGO
from blocks.resolving import address_of
from blocks.voices.fields import BestCharacters, InProgressLimit
from blocks.voices.names import VoiceName
from blocks.voices.stating import Stated, terms_of, without_ours
from blocks.voices.terms import Terms, UnkeyedVoice
from longtake.errors import SettingError
from longtake.providers import Pace
from longtake.speech.voice import HostedVoice, VoiceInfo

if TYPE_CHECKING:
    import boto3

NAME = "polly"
KEY_VARIABLE = "AWS_ACCESS_KEY_ID"
URL_VARIABLE = "AWS_ENDPOINT_URL_POLLY"
REGION_VARIABLE = "AWS_DEFAULT_REGION"
MAXIMUM_CHARACTERS = 3000
"""Of a text (AWS, Polly quotas: billed characters of SynthesizeSpeech)."""

_OURS = frozenset({"Text", "TextType", "VoiceId", "Engine", "OutputFormat", "SampleRate", "SpeechMarkTypes"})


class PollyVoices(Block):
    """Voices of AWS Polly, by an engine each: `polly:Joanna@neural`.

    Example:
        Open a voice:
        ```python
        from blocks.voices.names import parse_name
        from blocks.voices.polly import PollyVoices
        from longtake.providers import Pace

        voices = PollyVoices.load("BLOCK_NAME")
        voice = voices.open(parse_name("polly:Joanna@neural"), "en", Pace())
        speech = await voice.speak("Hello.")
        ```
    """

    _block_type_name = "Longtake Polly voices"
    _block_type_slug = "longtake-polly-voices"
    _logo_url = WEB_LOGO
    _documentation_url = HttpUrl("https://docs.aws.amazon.com/polly/latest/dg/API_SynthesizeSpeech.html")

    access_key_id: SecretStr | None = Field(
        default=None, title="Access key id", description="Empty: what AWS's environment, profiles or roles say."
    )
    secret_access_key: SecretStr | None = Field(
        default=None, title="Secret access key", description="It belongs to the access key id."
    )
    region: str | None = Field(default=None, title="Region", description="Empty: AWS_DEFAULT_REGION, or the profile's.")
    endpoint_url: AnyHttpUrl | None = Field(
        default=None, title="Endpoint URL", description="Empty: AWS_ENDPOINT_URL_POLLY, else AWS's own."
    )
    default_engine: str = Field(
        default="neural", title="Engine", description="Who speaks where a voice's name holds no engine."
    )
    word_times: bool = Field(
        default=False,
        title="Times of words",
        description="By a second request, billed as the first is. For what is spoken from now on.",
    )
    extra: dict[str, Any] = Field(
        default_factory=dict, title="Extra fields", description='Sent along, as {"LanguageCode": "en-IN"}.'
    )
    price_usd_per_character: float | None = Field(
        default=None, ge=0, title="Price of a character in dollars", description="Empty: what AWS states."
    )
    best_characters: BestCharacters = 0
    in_progress_limit: InProgressLimit = 4

    @field_validator("extra")
    @classmethod
    def _leaves_our_fields(cls, extra: dict[str, Any]) -> dict[str, Any]:
        return without_ours(extra, _OURS)

    def open(self, name: VoiceName, language: str, pace: Pace) -> HostedVoice:
        """The voice, ready to speak. Raises SettingError without credentials, or without a region."""
        from blocks.voices.polly_voice import PollyVoice

        session = self._session()
        credentials = session.get_credentials()
        if credentials is None:
            hint = "Set AWS's variables or a profile, or the keys of the block."
            raise SettingError("there are no credentials for Polly.", where=KEY_VARIABLE, hint=hint)
        if not session.region_name:
            hint = "Set this variable, or the region of the block."
            raise SettingError("there is no region for Polly.", where=REGION_VARIABLE, hint=hint)
        terms = self._terms(name, language, SecretStr(credentials.access_key))
        client = self._client(session, pace)
        secrets = tuple(filter(None, (credentials.access_key, credentials.secret_key, credentials.token)))
        return PollyVoice(
            terms, client, name.voice, pace, extra=self.extra, word_times=self.word_times, secrets=secrets
        )

    async def list_voices(self, prefix: str, pace: Pace) -> tuple[VoiceInfo, ...]:
        """Each voice of the region, once for every engine that has it."""
        from blocks.voices.polly_voice import described_voices

        rows = await asyncio.to_thread(described_voices, self._client(self._session(), pace))
        return tuple(
            VoiceInfo(name=f"{prefix}:{row['Id']}@{engine}", language=row["LanguageCode"], title=row["Name"])
            for row in rows
            for engine in row["SupportedEngines"]
        )

    def open_unkeyed(self, name: VoiceName, language: str) -> HostedVoice:
        """The same voice for its identity, limits and price; it cannot speak."""
        stated = self.access_key_id or SecretStr(os.environ.get(KEY_VARIABLE, ""))
        return UnkeyedVoice(self._terms(name, language, stated), KEY_VARIABLE)

    def _session(self) -> boto3.Session:
        import boto3
        from botocore.exceptions import BotoCoreError

        if bool(self.access_key_id) != bool(self.secret_access_key):
            raise SettingError("one of Polly's two keys is missing.", where="access_key_id")
        try:
            return boto3.Session(
                aws_access_key_id=self.access_key_id.get_secret_value() if self.access_key_id else None,
                aws_secret_access_key=self.secret_access_key.get_secret_value() if self.secret_access_key else None,
                region_name=self.region or os.environ.get("AWS_REGION") or None,
            )
        except BotoCoreError as error:  # such as a profile that is not there
            raise SettingError(f"AWS's settings cannot be used: {error}", where="AWS_PROFILE") from error

    def _client(self, session: boto3.Session, pace: Pace) -> Any:
        """botocore repeats a POST after a timeout or a 500 by itself, unless it may make one attempt only."""
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        config = Config(
            retries={"total_max_attempts": 1},
            connect_timeout=pace.connect_timeout_seconds,
            read_timeout=pace.submit_timeout_seconds,
            max_pool_connections=self.in_progress_limit,
        )
        try:
            return session.client("polly", endpoint_url=self._address() or None, config=config)
        except (BotoCoreError, ValueError) as error:
            raise SettingError(f"Polly cannot be opened: {error}", where=REGION_VARIABLE) from error

    def _terms(self, name: VoiceName, language: str, key: SecretStr | None) -> Terms:
        stated = Stated(
            model=name.model or self.default_engine,
            key=key,
            address=self._address() or None,
            usual_longest=MAXIMUM_CHARACTERS,
            in_progress_limit=self.in_progress_limit,
            best_characters=self.best_characters,
            price_usd_per_character=self.price_usd_per_character,
            extra=self.extra,
        )
        terms = terms_of(name, language, stated)
        price = terms.price_usd_per_character
        return replace(terms, price_usd_per_character=price * 2) if price and self.word_times else terms

    def _address(self) -> str:
        """Where Polly is, if that is not AWS's own; else empty."""
        if not self.endpoint_url and not os.environ.get(URL_VARIABLE):
            return ""
        return address_of(self.endpoint_url, URL_VARIABLE, "")
