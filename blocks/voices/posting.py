"""One request for speech that may be charged, and what its answer means for the money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx
from pydantic import SecretStr

from blocks.reasons import cleaned, reason_in
from longtake.errors import AccountRefused, InputRefused, ProviderBusy
from longtake.providers import Pace
from longtake.providers.patience import patience
from longtake.providers.wire import json_of, keyed_client, post_once, retry_after_seconds, retrying

MOST_SOUND_BYTES = 128 << 20
"""Of an answer. 4,096 Chinese characters are 17 minutes: 49 MB of WAV at 24 kHz, and a third more in base64."""

_NO_CREDIT = frozenset({"insufficient_quota", "quota_exceeded", "billing_hard_limit_reached", "payment_required"})
"""Words, not statuses: OpenAI says so with 429, ElevenLabs with 401."""

_KINDS = ("status", "code", "type")


@dataclass(frozen=True)
class Door:
    """Where speech is asked for, by whose key (None: the server wants none), and where that key is set."""

    provider: str
    url: str
    key: SecretStr | None
    key_variable: str
    pace: Pace

    @property
    def secret(self) -> str:
        """The key in plain text, or nothing."""
        return self.key.get_secret_value() if self.key else ""


async def ask_for_speech(door: Door, content: Mapping[str, Any], headers: Mapping[str, str]) -> httpx.Response:
    """The answer, of a status 2xx. What is surely not accepted is asked again, as often as the pace says.

    The last attempt begins within `pace.submit_lasts_seconds`, and lasts no longer than that.
    Each call has connections of its own, so that it may come from any event loop, and none is used that the server is
    just about to close. Raises ProviderBusy, AccountRefused, InputRefused or OutcomeUnknown.
    """

    async def ask() -> httpx.Response:
        response = await post_once(
            client, door.url, content=content, headers=headers, pace=door.pace, busy_is_answered=True
        )
        if not response.is_success:
            raise_verdict(door, response)
        return response

    async with keyed_client(door.pace, most_answer_bytes=MOST_SOUND_BYTES) as client:
        with patience(door.pace.submit_lasts_seconds):
            return await retrying(door.pace)(ask)


def longest_seconds(pace: Pace) -> float:
    """The longest that a voice takes to speak, with all that it repeats."""
    return 2 * pace.submit_lasts_seconds


def raise_verdict(door: Door, response: httpx.Response) -> NoReturn:
    """Raise what an answer below 500 that is no success means. Nothing was charged."""
    status, body = response.status_code, json_of(response)
    kind = kind_in(body, door.secret)
    said = f"{status}: {reason_in(body, door.secret).told}"
    if kind in _NO_CREDIT or status == 402:
        hint = "Top it up, or choose another voice."
        raise AccountRefused(f"the account is out of credit ({said}).", provider=door.provider, kind=kind, hint=hint)
    if status in (425, 429):
        host = response.url.host
        raise ProviderBusy(f"{host} answered {said}", retry_after_seconds=retry_after_seconds(response))
    if status in (401, 403):
        hint = f"Check {door.key_variable}, or the key of its block."
        raise AccountRefused(f"it refuses the account ({said}).", provider=door.provider, kind=kind, hint=hint)
    if response.is_redirect:
        hint = "Check the base URL."
        raise AccountRefused(f"it speaks at another address ({status}).", provider=door.provider, hint=hint)
    raise InputRefused(f"it refuses the request ({said}).", provider=door.provider, kind=kind)


def kind_in(body: Mapping[str, Any], secret: str) -> str:
    """The provider's own word: `error.code` at OpenAI, `detail.status` at ElevenLabs."""
    inner = next((body[name] for name in ("error", "detail") if isinstance(body.get(name), dict)), body)
    found = next((inner[name] for name in _KINDS if isinstance(inner.get(name), str) and inner[name]), "")
    return cleaned(found, secret)
