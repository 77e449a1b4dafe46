"""fal's queue on the wire: what its official client sends for the same act, but one POST for each submit."""

from __future__ import annotations

import hashlib
import json
from math import ceil
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
from pydantic import SecretStr
from typing_extensions import override

from blocks.fal_list import Wanted, find_in_list, is_listed_as_failed
from blocks.fal_requests import arguments_of, outcome_in, position_in, refuse_what_cannot_be_sent, status_in
from blocks.fal_storage import FalStorage
from blocks.fal_verdicts import (
    NAME,
    is_unbilled,
    kept_failure,
    raise_account_verdict,
    raise_result_verdict,
    raise_status_verdict,
    raise_submit_verdict,
    status_error,
)
from blocks.polled_provider import KEY_DIGITS, id_in, is_web_address, origin_of
from longtake.errors import JobFailed, OutcomeUnknown, ProviderBusy
from longtake.frozen import Frozen
from longtake.models import Offer
from longtake.providers import (
    Accepted,
    CancelAnswer,
    Inputs,
    Lookup,
    Outcome,
    Pace,
    Provider,
    Status,
    Submission,
    Ticket,
)
from longtake.providers.downloads import download
from longtake.providers.wire import TooLong, ask, json_of, keyed_client, media_client, post_once

APP_PARTS = 2
"""A job is asked after below its app alone: `fal-ai/bytedance`, without `omnihuman/v1.5`."""

QUEUE_KEEPS_SECONDS = 3600.0
"""So long the queue tells where a job's clip lies, however long the clip itself is kept (fal, queue documentation)."""

CANCELLED_WITHIN_SECONDS = 60.0
"""So long after its deadline a job is still cancelled by us; fal's own limit is for those that we lost sight of."""


class FalAddresses(Frozen):
    """Where fal's services are."""

    queue: str
    rest: str
    api: str


class FalClient(Provider):
    """One fal account."""

    name = NAME

    def __init__(
        self,
        key: SecretStr,
        addresses: FalAddresses,
        pace: Pace,
        inputs: Inputs | None,
        *,
        in_progress_limit: int,
        result_lifetime_seconds: float,
        time_to_start_seconds: float | None = None,
        own_inputs: Inputs | None = None,
    ) -> None:
        digits = hashlib.sha256(key.get_secret_value().encode()).hexdigest()[:KEY_DIGITS]
        self.account = f"{NAME}:{digits}"
        self.in_progress_limit = in_progress_limit
        self.result_lifetime_seconds = min(QUEUE_KEEPS_SECONDS, result_lifetime_seconds)
        longest_wait = pace.deadline_seconds + min(CANCELLED_WITHIN_SECONDS, pace.deadline_seconds)
        self._asked = _asked_of_a_job(result_lifetime_seconds, time_to_start_seconds or longest_wait)
        self._key = key
        self._at = addresses
        self._pace = pace
        self._storage = FalStorage(key, addresses.rest, pace)
        self._own_inputs = own_inputs
        self._inputs = inputs or own_inputs or self._storage
        self._client = keyed_client(pace)
        self._media = media_client(pace)

    @property
    @override
    def inputs(self) -> Inputs:
        return self._inputs

    @override
    async def submit(self, submission: Submission) -> Accepted:
        refuse_what_cannot_be_sent(submission)
        url = f"{self._at.queue}/{submission.offer.endpoint}"
        if submission.webhook_url:
            url += "?" + urlencode({"fal_webhook": submission.webhook_url})
        content = arguments_of(submission)
        response = await post_once(
            self._client, url, content=content, headers=self._headers | self._asked, pace=self._pace
        )
        if not response.is_success:
            raise_submit_verdict(response, self._key.get_secret_value())
        body = json_of(response)
        request_id = id_in(body.get("request_id"))
        if request_id is None:
            raise OutcomeUnknown(f"{NAME} answered a submit with {response.status_code} and without a request id")
        return Accepted(
            ticket=Ticket(
                request_id=request_id,
                endpoint=submission.offer.endpoint,
                status_url=self._ours(body.get("status_url")),
            ),
            queue_position=position_in(body),
        )

    @override
    async def status(self, ticket: Ticket) -> Status:
        url = self._ours(ticket.status_url) or f"{self._job_url(ticket)}/status"
        try:
            response = await ask(lambda: self._client.get(f"{url}?logs=1", headers=self._headers), self._pace)
        except TooLong:  # a log without end must not hide how far the job is
            response = await ask(lambda: self._client.get(url, headers=self._headers), self._pace)
        if not response.is_success:
            raise_status_verdict(response, self._key.get_secret_value())
        body = json_of(response)
        status = status_in(body, self._key.get_secret_value())
        error = status_error(body, self._key.get_secret_value()) if status.phase == "done" else None
        if error is None:
            return status
        try:
            return status.model_copy(update={"outcome": await self.result(ticket)})
        except ProviderBusy as busy:
            told = f"the job ended with an error: {error.told}."
            raise JobFailed(told, provider=NAME, kind=error.kind, billed="assumed") from busy

    @override
    async def result(self, ticket: Ticket) -> Outcome:
        answers: list[httpx.Response] = []

        async def get() -> httpx.Response:
            answers.append(await self._client.get(self._job_url(ticket), headers=self._headers))
            return answers[-1]

        key = self._key.get_secret_value()
        try:
            response = await ask(get, self._pace)
        except ProviderBusy:
            failed = kept_failure(answers, key)
            if failed and (is_unbilled(answers) or await self._is_listed_as_failed(ticket)):
                raise failed from None
            raise
        if not response.is_success:
            raise_result_verdict(response, key)
        return outcome_in(response)

    @override
    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        url = f"{self._job_url(ticket)}/cancel"
        response = await ask(lambda: self._client.put(url, headers=self._headers), self._pace)
        if response.status_code in (401, 402, 403):
            raise_account_verdict(response, self._key.get_secret_value())
        if response.is_success:
            return "requested"
        if response.status_code in (404, 410):
            return "unknown job"
        if response.status_code == 400:
            return "too late"
        raise ProviderBusy(f"{NAME} answered a cancel with {response.status_code}")

    @override
    async def find(self, submission_id: str, offer: Offer, submitted_at: float) -> Lookup:
        wanted = Wanted(
            job_id=submission_id,
            endpoint=offer.endpoint,
            submitted_at=submitted_at,
            submit_lasts_seconds=self._pace.submit_lasts_seconds,
        )
        return await find_in_list(self._list_page, wanted)

    async def _is_listed_as_failed(self, ticket: Ticket) -> bool:
        """Whether fal's own list says that the job ended with a 5xx, which is never billed."""
        try:
            return await is_listed_as_failed(self._list_page, ticket)
        except ProviderBusy:
            return False

    async def _list_page(self, path: str) -> httpx.Response:
        url = self._at.api + path
        return await ask(lambda: self._client.get(url, headers=self._headers), self._pace, for_json=True)

    @override
    async def fetch(self, outcome: Outcome, target: Path) -> None:
        url = outcome.video_url.get_secret_value()
        await download(self._media, url, target, provider=NAME, pace=self._pace)

    @override
    async def aclose(self) -> None:
        await self._client.aclose()
        await self._media.aclose()
        await self._storage.aclose()
        if self._own_inputs:
            await self._own_inputs.aclose()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Key {self._key.get_secret_value()}"}

    def _job_url(self, ticket: Ticket) -> str:
        app = "/".join(ticket.endpoint.split("/")[:APP_PARTS])
        return f"{self._at.queue}/{app}/requests/{quote(ticket.request_id, safe='')}"

    def _ours(self, url: object) -> str | None:
        """The address, if it is where we submitted to; another one would be given the key."""
        if not is_web_address(url):
            return None
        is_same = origin_of(str(url)) == origin_of(self._at.queue)
        return str(url).partition("?")[0] if is_same else None


def _asked_of_a_job(result_lifetime_seconds: float, time_to_start_seconds: float) -> dict[str, str]:
    """Headers of a submit. Without the first, fal may render a chunk with another model.

    Without the last, a job whose submit was lost could wait in the queue, where no list shows it, after it was taken
    for one that was never accepted.
    """
    return {
        "x-app-fal-disable-fallback": "true",
        "X-Fal-Object-Lifecycle-Preference": json.dumps({"expiration_duration_seconds": ceil(result_lifetime_seconds)}),
        "X-Fal-Request-Timeout": str(time_to_start_seconds),
    }
