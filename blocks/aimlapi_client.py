"""AIML API on the wire: one POST that may cost money, and looks at the job it started."""

from __future__ import annotations

import re

import httpx
from typing_extensions import override

from blocks.aimlapi_answers import NAME, price_in, raise_status_verdict, raise_submit_verdict, says_no_job, status_in
from blocks.aimlapi_logs import find_in_logs
from blocks.polled_provider import PolledProvider, id_in, refuse_what_is_not_taken
from longtake.errors import InputRefused, JobFailed, OutcomeUnknown, SettingError
from longtake.models import Offer
from longtake.providers import Accepted, Lookup, Status, Submission, Ticket
from longtake.providers.wire import ask, json_of, post_once

GENERATIONS = "/v2/video/generations"
_CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class AimlapiClient(PolledProvider):
    """One AIML API account. Its price is told at the submit; it has no webhook and no way to cancel."""

    name = NAME

    @override
    async def submit(self, submission: Submission) -> Accepted:
        refuse_what_is_not_taken(submission)
        content = {
            "model": submission.offer.endpoint,
            "image_url": submission.image_url.get_secret_value(),
            "audio_url": submission.audio_url.get_secret_value(),
        }
        headers = {**self._headers, "X-Client-Request-Id": _client_id(submission.job_id)}
        url = self._base_url + GENERATIONS
        response = await post_once(self._client, url, content=content, headers=headers, pace=self._pace)
        if not response.is_success:
            raise_submit_verdict(response, self._key.get_secret_value())
        body = json_of(response)
        request_id = id_in(body.get("id"))
        if request_id is None:
            raise OutcomeUnknown(f"{NAME} answered a submit with {response.status_code} and without an id")
        ticket = Ticket(request_id=request_id, endpoint=submission.offer.endpoint)
        return Accepted(ticket=ticket, price_micro_usd=price_in(body))

    @override
    async def status(self, ticket: Ticket) -> Status:
        return self._status_in(await self._look(ticket))

    async def _look(self, ticket: Ticket) -> httpx.Response:
        return await self._get(GENERATIONS, {"generation_id": ticket.request_id})

    def _status_in(self, response: httpx.Response) -> Status:
        if not response.is_success:
            raise_status_verdict(response, self._key.get_secret_value())
        return status_in(json_of(response), self._key.get_secret_value())

    @override
    async def find(self, submission_id: str, offer: Offer, submitted_at: float) -> Lookup:
        return await find_in_logs(self._logs, self._knows, submission_id, offer, submitted_at)

    async def _logs(self, path: str, params: dict[str, str]) -> httpx.Response:
        return await self._get(path, params, for_json=True)

    async def _get(self, path: str, params: dict[str, str], *, for_json: bool = False) -> httpx.Response:
        url = self._base_url + path
        return await ask(
            lambda: self._client.get(url, params=params, headers=self._headers), self._pace, for_json=for_json
        )

    async def _knows(self, ticket: Ticket) -> bool:
        """Whether the provider has a job of that id, however it stands."""
        response = await self._look(ticket)
        if says_no_job(response):
            return False
        try:
            self._status_in(response)
        except (InputRefused, JobFailed):
            return True
        return True

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key.get_secret_value()}"}


def _client_id(job_id: str) -> str:
    """AIML API silently drops an id of another form, and bills all the same: then no look-up could find the job."""
    if not _CLIENT_ID.fullmatch(job_id):
        raise SettingError(f"{job_id!r} cannot be a job's id at AIML API.", where="job_id")
    return job_id
