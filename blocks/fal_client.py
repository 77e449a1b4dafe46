"""fal's queue on the wire: what its official client sends for the same act, but one POST for each submit."""

from __future__ import annotations

import datetime
import hashlib
import json
import math
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from pydantic import SecretStr
from typing_extensions import override

from blocks.fal_storage import FalStorage
from blocks.fal_verdicts import (
    NAME,
    raise_account_verdict,
    raise_result_verdict,
    raise_status_error,
    raise_submit_verdict,
)
from blocks.polled_provider import KEY_DIGITS, is_web_address, refuse_what_is_not_taken
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
from longtake.providers.wire import ask, download, json_of, keyed_client, media_client, post_once

LIST_PAGE = 100
MOST_PAGES = 50
CLOCKS_DIFFER_SECONDS = 600.0
APP_PARTS = 2
"""A job is asked after below its app alone: `fal-ai/bytedance`, without `omnihuman/v1.5`."""


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
    ) -> None:
        digits = hashlib.sha256(key.get_secret_value().encode()).hexdigest()[:KEY_DIGITS]
        self.account = f"{NAME}:{digits}"
        self.in_progress_limit = in_progress_limit
        self.result_lifetime_seconds = result_lifetime_seconds
        self._time_to_start_seconds = time_to_start_seconds
        self._key = key
        self._at = addresses
        self._pace = pace
        self._storage = FalStorage(key, addresses.rest, pace)
        self._inputs = inputs or self._storage
        self._client = keyed_client(pace)
        self._media = media_client(pace)

    @property
    @override
    def inputs(self) -> Inputs:
        return self._inputs

    @override
    async def submit(self, submission: Submission) -> Accepted:
        refuse_what_is_not_taken(submission)
        url = f"{self._at.queue}/{submission.offer.endpoint}"
        if submission.webhook_url:
            url += "?" + urlencode({"fal_webhook": submission.webhook_url})
        content = arguments_of(submission)
        response = await post_once(self._client, url, content=content, headers=self._submit_headers, pace=self._pace)
        if not response.is_success:
            raise_submit_verdict(response, self._key.get_secret_value())
        body = json_of(response)
        request_id = body.get("request_id")
        if not isinstance(request_id, str) or not request_id:
            raise OutcomeUnknown(f"{NAME} answered a submit with {response.status_code} and without a request id")
        position = body.get("queue_position")
        return Accepted(
            ticket=Ticket(
                request_id=request_id,
                endpoint=submission.offer.endpoint,
                status_url=self._ours(body.get("status_url")),
            ),
            queue_position=position if isinstance(position, int) else None,
        )

    @override
    async def status(self, ticket: Ticket) -> Status:
        url = (self._ours(ticket.status_url) or f"{self._job_url(ticket)}/status") + "?logs=1"
        response = await ask(lambda: self._client.get(url, headers=self._headers), self._pace)
        if not response.is_success:
            raise_result_verdict(response, self._key.get_secret_value())
        return status_in(json_of(response), self._key.get_secret_value())

    @override
    async def result(self, ticket: Ticket) -> Outcome:
        url = self._job_url(ticket)
        response = await ask(lambda: self._client.get(url, headers=self._headers), self._pace)
        if not response.is_success:
            raise_result_verdict(response, self._key.get_secret_value())
        body = json_of(response)
        video = body.get("video")
        video_url = video.get("url") if isinstance(video, dict) else video
        if not is_web_address(video_url):
            raise JobFailed("the job is done, and its result names no video.", provider=NAME, billed="assumed")
        billed = _seconds(response.headers.get("X-Fal-Billable-Units")) or _seconds(body.get("duration"))
        return Outcome(video_url=SecretStr(str(video_url)), billed_seconds=billed)

    @override
    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        url = f"{self._job_url(ticket)}/cancel"
        response = await ask(lambda: self._client.put(url, headers=self._headers), self._pace)
        if response.status_code in (401, 402, 403):
            raise_account_verdict(response, self._key.get_secret_value())
        if response.status_code == 404:
            return "unknown job"
        return "requested" if response.is_success else "too late"

    @override
    async def find(self, submission_id: str, offer: Offer, submitted_at: float) -> Lookup:
        start = datetime.datetime.fromtimestamp(submitted_at - CLOCKS_DIFFER_SECONDS, datetime.UTC)
        words = {
            "endpoint_id": offer.endpoint,
            "expand": "payloads",
            "start": start.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "limit": str(LIST_PAGE),
        }
        for _ in range(MOST_PAGES):
            url = f"{self._at.api}/v1/models/requests/by-endpoint?{urlencode(words)}"
            response = await ask(lambda url=url: self._client.get(url, headers=self._headers), self._pace)  # type: ignore[misc]  # mypy cannot infer the lambda
            body = json_of(response)
            items = body.get("items")
            if not response.is_success or not isinstance(items, list):
                return Lookup(answer="cannot tell")
            for item in items:
                if _is_ours(item, submission_id, offer.endpoint):
                    ticket = Ticket(request_id=item["request_id"], endpoint=offer.endpoint)
                    return Lookup(answer="found", ticket=ticket)
            cursor = body.get("next_cursor")
            if not body.get("has_more") or not isinstance(cursor, str):
                return Lookup(answer="absent")
            words["cursor"] = cursor
        return Lookup(answer="cannot tell")

    @override
    async def fetch(self, outcome: Outcome, target: Path) -> None:
        url = outcome.video_url.get_secret_value()
        await download(self._media, url, target, provider=NAME, pace=self._pace)

    @override
    async def aclose(self) -> None:
        await self._client.aclose()
        await self._media.aclose()
        await self._storage.aclose()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Key {self._key.get_secret_value()}"}

    @property
    def _submit_headers(self) -> dict[str, str]:
        """Without the first, fal may render a chunk with another model."""
        lifetime = json.dumps({"expiration_duration_seconds": round(self.result_lifetime_seconds or 0)})
        headers = {
            **self._headers,
            "x-app-fal-disable-fallback": "true",
            "X-Fal-Object-Lifecycle-Preference": lifetime,
        }
        if self._time_to_start_seconds is not None:
            headers["X-Fal-Request-Timeout"] = str(self._time_to_start_seconds)
        return headers

    def _job_url(self, ticket: Ticket) -> str:
        app = "/".join(ticket.endpoint.split("/")[:APP_PARTS])
        return f"{self._at.queue}/{app}/requests/{quote(ticket.request_id, safe='')}"

    def _ours(self, url: object) -> str | None:
        """The address, if it is where we submitted to; another one would be given the key."""
        if not is_web_address(url):
            return None
        mine, theirs = urlsplit(self._at.queue), urlsplit(str(url))
        same = (mine.scheme, mine.hostname, mine.port) == (theirs.scheme, theirs.hostname, theirs.port)
        return str(url).partition("?")[0] if same else None


def arguments_of(submission: Submission) -> dict[str, Any]:
    """The body of a submit: what the endpoint takes, by its offer."""
    offer = submission.offer
    content: dict[str, Any] = {
        "image_url": submission.image_url.get_secret_value(),
        "audio_url": submission.audio_url.get_secret_value(),
    }
    if submission.mask_url:
        content["mask_url"] = submission.mask_url.get_secret_value()
    if submission.prompt:
        content["prompt"] = submission.prompt
    if "turbo" in offer.takes:
        content["turbo_mode"] = submission.turbo
    if "resolution" in offer.takes:
        content["resolution"] = submission.resolution
    if offer.frame_count:
        wanted = math.ceil(submission.sent_seconds * offer.frame_count.per_second)
        content[offer.frame_count.field] = min(max(wanted, offer.frame_count.minimum), offer.frame_count.maximum)
    return content


def status_in(body: dict[str, Any], key: str) -> Status:
    """How far a job is. A word that is not known means that it is still under way."""
    word = body.get("status")
    if not isinstance(word, str) or not word:
        raise ProviderBusy(f"{NAME} answered without a status")
    if word == "COMPLETED":
        raise_status_error(body, key)
    phases: dict[str, Literal["queued", "running", "done"]] = {"IN_QUEUE": "queued", "COMPLETED": "done"}
    position = body.get("queue_position")
    lines = body.get("logs")
    messages = [line.get("message") for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    return Status(
        phase=phases.get(word, "running"),
        word=word,
        queue_position=position if isinstance(position, int) else None,
        logs=tuple(str(message) for message in messages if message),
    )


def _is_ours(item: object, submission_id: str, endpoint: str) -> bool:
    """Whether a request of the list was sent with our sound, whose file name holds our id."""
    if not isinstance(item, dict) or not isinstance(item.get("request_id"), str):
        return False
    if item.get("endpoint_id", endpoint) != endpoint:
        return False
    sent = item.get("json_input")
    audio_url = sent.get("audio_url") if isinstance(sent, dict) else None
    return isinstance(audio_url, str) and submission_id in urlsplit(audio_url).path.rsplit("/", 1)[-1]


def _seconds(value: object) -> float | None:
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 < seconds < math.inf else None
