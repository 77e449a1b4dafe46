"""A voice of AWS Polly, through boto3."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from typing import Any, NoReturn

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)
from typing_extensions import override

from blocks.reasons import cleaned
from blocks.voices.sound import read_sound
from blocks.voices.terms import TermedVoice, Terms
from blocks.voices.word_times import words_of_marks
from longtake.errors import AccountRefused, InputRefused, LongtakeError, OutcomeUnknown, ProviderBusy
from longtake.providers import Pace
from longtake.providers.patience import patience
from longtake.providers.wire import retrying
from longtake.speech.voice import Speech

NAME = "polly"
SAMPLE_RATE = "24000"
MOST_SOUND_BYTES = 32 << 20
"""Of Ogg Vorbis: an hour. The longest text that Polly takes is some minutes."""

_NEVER_SENT = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError, SSLError)
_NOT_NOW = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"})
_OF_THE_ACCOUNT = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "SubscriptionRequiredException",
        "UnrecognizedClientException",
    }
)


class PollyVoice(TermedVoice):
    """Asks for Ogg Vorbis at 24 kHz. The times of words, where they are wanted, are a second request that is billed."""

    def __init__(
        self,
        terms: Terms,
        client: Any,
        voice: str,
        pace: Pace,
        *,
        extra: Mapping[str, Any],
        word_times: bool,
        secrets: tuple[str, ...],
    ) -> None:
        """`client` is boto3's of Polly, which must make no retries of its own: it would send again what may be paid.

        `secrets` are never told, though an answer may quote them.
        """
        super().__init__(terms)
        self._client = client
        self._pace = pace
        self._fixed = {**extra, "VoiceId": voice, "Engine": terms.model, "TextType": "text"}
        self._word_times = word_times
        self._secrets = secrets

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        self.check_length(text)
        request = {**self._fixed, "Text": text}
        data = await self._ask(request | {"OutputFormat": "ogg_vorbis", "SampleRate": SAMPLE_RATE})
        samples, rate = await asyncio.to_thread(read_sound, data, self.name)
        if not self._word_times:
            return Speech(samples, rate)
        try:
            marks = await self._ask(request | {"OutputFormat": "json", "SpeechMarkTypes": ["word"]})
        except LongtakeError:  # the sound is paid, and good without them
            return Speech(samples, rate)
        return Speech(samples, rate, words_of_marks(marks, len(samples) / rate))

    async def _ask(self, request: Mapping[str, Any]) -> bytes:
        with patience(self._pace.submit_lasts_seconds):
            return await retrying(self._pace)(self._ask_in_time, request)

    async def _ask_in_time(self, request: Mapping[str, Any]) -> bytes:
        """boto3 waits for as long as bytes come, however few."""
        seconds = self._pace.submit_lasts_seconds
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.to_thread(self._ask_once, request)
        except TimeoutError as error:
            raise OutcomeUnknown(f"{NAME} gave no whole answer in {seconds:g} s") from error

    def _ask_once(self, request: Mapping[str, Any]) -> bytes:
        try:
            answer = self._client.synthesize_speech(**request)
            with closing(answer["AudioStream"]) as stream:  # as a context of its own it would not check the length
                data: bytes = stream.read(MOST_SOUND_BYTES)
                if stream.read(1):
                    raise OutcomeUnknown(f"{NAME} answered with more than {MOST_SOUND_BYTES >> 20} MiB")
        except ClientError as error:
            _raise_verdict(error, self._secrets)
        except _NEVER_SENT as error:
            raise ProviderBusy(f"{NAME} cannot be reached: {type(error).__name__}") from error
        except NoCredentialsError as error:
            raise AccountRefused("there are no AWS credentials any more.", provider=NAME) from error
        except ParamValidationError as error:
            raise InputRefused(
                f"boto3 refuses the request: {cleaned(str(error), *self._secrets)}", provider=NAME
            ) from error
        except BotoCoreError as error:
            raise OutcomeUnknown(f"{NAME} gave no whole answer: {type(error).__name__}") from error
        return data

    @override
    async def close(self) -> None:
        return


def described_voices(client: Any) -> list[dict[str, Any]]:
    """What Polly says of its voices. Raises AccountRefused, InputRefused or ProviderBusy; it costs nothing."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        pages = client.get_paginator("describe_voices").paginate()
        return [row for page in pages for row in page["Voices"]]
    except ClientError as error:
        _raise_verdict(error, ())
    except BotoCoreError as error:
        raise ProviderBusy(f"{NAME} cannot be reached: {type(error).__name__}") from error


def _raise_verdict(error: ClientError, secrets: tuple[str, ...]) -> NoReturn:
    """Raise what an answer that is no success means; below 500, nothing was charged.

    botocore's own error is left behind, for it holds the answer as it came.
    """
    told = error.response.get("Error", {})
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
    kind = cleaned(str(told.get("Code", "")))
    said = f"{status}: {cleaned(str(told.get('Message', '')), *secrets).rstrip('.') or kind}"
    if status == 429 or kind in _NOT_NOW:
        raise ProviderBusy(f"{NAME} answered {said}") from None
    if status >= 500:
        raise OutcomeUnknown(f"{NAME} answered {said}") from None
    if status in (401, 402, 403) or kind in _OF_THE_ACCOUNT:
        hint = "Check the AWS credentials, and that they allow polly:SynthesizeSpeech."
        raise AccountRefused(f"it refuses the account ({said}).", provider=NAME, kind=kind, hint=hint) from None
    raise InputRefused(f"it refuses the request ({said}).", provider=NAME, kind=kind) from None
