"""What providers share whose one address tells how far a job is, and its result when it is done."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
from pydantic import SecretStr
from typing_extensions import override

from blocks.inputs import inputs_from_environment
from longtake.errors import ProviderBusy, SettingError
from longtake.providers import CancelAnswer, Inputs, Outcome, Pace, Provider, Submission, Ticket
from longtake.providers.bounded import HIGHEST_PORT
from longtake.providers.downloads import download
from longtake.providers.wire import keyed_client, media_client

KEY_DIGITS = 8
PORTS = {"https": 443, "http": 80}


class PolledProvider(Provider):
    """A provider that is polled, brings the result along with the status, and cannot cancel."""

    result_lifetime_seconds = None

    def __init__(
        self,
        key: SecretStr,
        base_url: str,
        pace: Pace,
        inputs: Inputs | None,
        *,
        in_progress_limit: int,
        own_inputs: Inputs | None = None,
    ) -> None:
        digits = hashlib.sha256(key.get_secret_value().encode()).hexdigest()[:KEY_DIGITS]
        self.account = f"{self.name}:{digits}"
        self.in_progress_limit = in_progress_limit
        self._key = key
        self._base_url = base_url.rstrip("/")
        self._pace = pace
        self._inputs = inputs or own_inputs
        self._own_inputs = own_inputs
        self._client = keyed_client(pace)
        self._media = media_client(pace)

    @property
    @override
    def inputs(self) -> Inputs:
        """As given, else as the environment says. Raises SettingError when neither does."""
        if self._inputs is None:
            self._inputs = self._own_inputs = inputs_from_environment(self._pace)
        return self._inputs

    @override
    async def result(self, ticket: Ticket) -> Outcome:
        status = await self.status(ticket)
        if status.outcome is None:
            raise ProviderBusy(f"{self.name} says of a job that was done: {status.word}")
        return status.outcome

    @override
    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        return "impossible"

    @override
    async def fetch(self, outcome: Outcome, target: Path) -> None:
        url = outcome.video_url.get_secret_value()
        await download(self._media, url, target, provider=self.name, pace=self._pace)

    @override
    async def aclose(self) -> None:
        await self._client.aclose()
        await self._media.aclose()
        if self._own_inputs:
            await self._own_inputs.aclose()


def refuse_what_is_not_taken(submission: Submission) -> None:
    """Raise SettingError, before anything is sent, for a field that the offer has no place for."""
    offer = submission.offer
    given = {
        "mask": submission.mask_url is not None,
        "prompt": bool(submission.prompt),
        "turbo": submission.turbo,
    }
    surplus = [name for name, is_given in given.items() if is_given and name not in offer.takes]
    if surplus:
        raise SettingError(
            f"{offer.provider} takes no {' and no '.join(surplus)} for {offer.model}.",
            where=surplus[0],
            hint="Leave it out, or choose a provider that takes it.",
        )
    if submission.resolution not in offer.limit_seconds:
        offered = ", ".join(offer.limit_seconds)
        raise SettingError(
            f"{offer.provider} has no {submission.resolution} for {offer.model}.",
            where="resolution",
            hint=f"It has {offered}.",
        )


def id_in(value: object) -> str | None:
    """A job's id as it can be kept and asked after: text, or a whole number; None for anything else."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text and text.isprintable() else None


def origin_of(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of an address, the usual port told; None for what is no address."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return None
    return parsed.scheme, parsed.host, parsed.port or PORTS.get(parsed.scheme)


def is_web_address(value: object) -> bool:
    """Whether it is an http or https address with a host."""
    if not isinstance(value, str):
        return False
    try:
        url = httpx.URL(value)
    except (httpx.InvalidURL, ValueError):
        return False
    return url.scheme in PORTS and bool(url.host) and (url.port or 1) <= HIGHEST_PORT
