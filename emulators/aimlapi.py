"""AIML API: submit, status, and its logs. Source: AIML API, OmniHuman, "Usage Logs", "Errors with status code 4xx"."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from typing_extensions import override

from emulators.fal_list import iso, seconds_of
from emulators.faults import Rule, Where
from emulators.inputs import audio_seconds, check_fields, fetch, offer_at
from emulators.jobs import Job
from emulators.refusals import Refused, reason_for
from emulators.server import Request, Response, json_response
from emulators.site import Route, Site

GENERATIONS = "/v2/video/generations"
CREDITS_PER_MICRO_USD = 2
LONGEST_MEASURE_SECONDS = 0.5
UNREAD_SECONDS = 30.0
"""What is held for audio that cannot be read at the submit."""

USUAL_ROWS = 50
_LOG_WORDS = {"completed": "succeeded", "queued": "pending", "running": "pending"}
_MESSAGES = {
    400: "Invalid payload provided. Please check your input.",
    401: "Unauthorized. Please, check your API key.",
    402: "Payment required.",
    403: "You've run out of credits. Please top up your balance or update your payment method to continue.",
    404: "Not found.",
    422: "Unprocessable request.",
    429: "Too many requests.",
}


class AimlapiSite(Site):
    """AIML API: it bills at the submit, and takes that back when a job fails."""

    name = "aimlapi"

    @override
    def route(self, request: Request) -> Route:
        if clip := self.clip_route(request):
            return clip
        asked = (request.method, request.path)
        job = self.known_job(request.query.get("generation_id", ""))
        is_keyed = self.has_key(request.headers.get("authorization"), "Bearer ")
        body = request.body[:100_000].decode(errors="replace")
        if asked == ("POST", GENERATIONS):
            return Route(("submit",), lambda _: self._submit(request) if is_keyed else self._refused(401), body)
        if asked == ("GET", GENERATIONS):
            wheres: tuple[Where, ...] = ("result", "status") if job and job.is_ended else ("status",)
            return Route(wheres, lambda rule: self._status(job, rule) if is_keyed else self._refused(401), job=job)
        if asked == ("GET", "/v2/logs"):
            return Route(("list",), lambda _: self._rows(request, self._log_row) if is_keyed else self._refused(401))
        if asked == ("GET", "/v2/billing/transactions"):
            return Route(
                ("list",), lambda _: self._rows(request, self._transaction) if is_keyed else self._refused(401)
            )
        return Route((), lambda _: self._refused(404))

    @override
    def error_body(self, status: int, kind: str) -> dict[str, Any]:
        message = reason_for(kind).message if kind else _MESSAGES.get(status, "Something went wrong.")
        if kind and self.world.settings.aimlapi_nested_errors:
            return {"error": {"detail": [_detail(kind)]}}
        return {"message": message, "statusCode": str(status), **({"name": kind} if kind else {})}

    @override
    def bill(self, job: Job) -> int:
        return job.hold_micro_usd if job.state == "completed" else 0

    @override
    def told_that_it_ended(self, job: Job) -> None:
        return  # AIML API documents no webhook

    async def _submit(self, request: Request) -> Response:
        given = request.json()
        model = given.pop("model", None) if given else None
        offer = offer_at("aimlapi", model) if isinstance(model, str) else None
        if given is None or offer is None:
            return await self._refused(400)
        try:
            check_fields(given, offer)
        except Refused as refused:
            return json_response(self.error_body(400, refused.reason.kind), 400)
        if not given["audio_url"].startswith(("http://", "https://")):
            return await self._refused(400)
        if self.queue.is_full:
            return await self._refused(429)
        job = self.new_job(
            offer.endpoint,
            given,
            f"{uuid.uuid4()}:{offer.endpoint}",
            client_request_id=_client_id(request),
        )
        job.seconds = await _measured(given["audio_url"])
        job.hold_micro_usd = self.price_micro_usd(job)
        self.queue.accept(job)
        return json_response({"id": job.request_id, "status": self._pending_words[0], "meta": self._meta(job)})

    async def _status(self, job: Job | None, rule: Rule | None) -> Response:
        if job is None:
            status = self.world.settings.result_gone_status
            return json_response(self.error_body(status, ""), status)
        body: dict[str, Any] = {"id": job.request_id, "status": self._word(job), "meta": self._meta(job)}
        if rule and rule.fault == "unknown-word":
            return json_response(body | {"status": rule.word or "paused"})
        if rule and rule.fault == "back-to-queue" and job.state == "running":
            return json_response(body | {"status": self._pending_words[0]})
        if job.state == "completed":
            body |= {"video": {"url": self.clip_url(job), "duration": job.seconds}, "duration": job.seconds}
        if job.reason:
            nested = self.world.settings.aimlapi_nested_errors
            plain = {"name": job.reason.kind, "message": job.reason.message}
            body["error"] = {"detail": [_detail(job.reason.kind)]} if nested else plain
        return json_response(body)

    async def _rows(self, request: Request, row: Callable[[Job], dict[str, Any]]) -> Response:
        """Every accepted request, at once, the newest first."""
        try:
            limit = int(request.query.get("limit", USUAL_ROWS))
            offset = int(request.query.get("offset", 0))
            since = _since(request.query)
            until = seconds_of(request.query.get("end"), time.time())
        except ValueError:
            return await self._refused(400)
        inside = [job for job in self.queue.jobs.values() if since <= job.accepted_at <= until]
        jobs = sorted(inside, key=lambda job: job.accepted_at, reverse=True)
        page = [row(job) for job in jobs[offset : offset + limit]]
        has_more = offset + len(page) < len(jobs)
        told = {"limit": limit, "offset": offset, "total": len(jobs), "has_more": has_more}
        return json_response({"data": page, "total": len(jobs), "pagination": told})

    def _log_row(self, job: Job) -> dict[str, Any]:
        cost = job.hold_micro_usd if _LOG_WORDS.get(job.state, "failed") != "failed" else 0
        return {
            "id": job.request_id,
            "inference_id": job.request_id,
            "client_request_id": job.client_request_id or None,
            "model": job.endpoint,
            "status": _LOG_WORDS.get(job.state, "failed"),
            "cost": {"usd": cost / 1_000_000, "credits": cost * CREDITS_PER_MICRO_USD},
            "created_at": iso(job.accepted_at),
        }

    def _transaction(self, job: Job) -> dict[str, Any]:
        row = self._log_row(job)
        return {
            "generation_id": job.request_id,
            "client_request_id": row["client_request_id"],
            "amount": row["cost"]["usd"],
            "created_at": row["created_at"],
        }

    def _meta(self, job: Job) -> dict[str, Any]:
        spelling = self.world.settings.aimlapi_usage
        held = job.hold_micro_usd
        return {"usage": {spelling: held / 1_000_000 if spelling == "usd_spent" else held * CREDITS_PER_MICRO_USD}}

    def _word(self, job: Job) -> str:
        if job.state in ("queued", "running"):
            return self._pending_words[0 if job.state == "queued" else 1]
        if job.state == "completed":
            return self.world.settings.aimlapi_done_word
        return (job.reason.word if job.reason else "") or "error"

    @property
    def _pending_words(self) -> tuple[str, ...]:
        return self.world.settings.aimlapi_pending_words

    async def _refused(self, status: int) -> Response:
        return json_response(self.error_body(status, ""), status)


def _client_id(request: Request) -> str:
    """The caller's own id; one of another form is dropped without a word, as AIML API does."""
    given = request.headers.get("x-client-request-id", "")
    return given if re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", given) else ""


async def _measured(audio_url: str) -> float:
    """The length of the audio; half a minute when it cannot be read now."""
    try:
        audio = await asyncio.wait_for(fetch(audio_url, "audio_url"), LONGEST_MEASURE_SECONDS)
        return await asyncio.to_thread(audio_seconds, audio)
    except (Refused, TimeoutError):
        return UNREAD_SECONDS


def _since(query: dict[str, str]) -> float:
    """Where the window begins: `start`, or `period` such as 24h or 7d back from now. Raises ValueError."""
    unit = {"h": 3600, "d": 86_400}
    if period := query.get("period"):
        return time.time() - int(period[:-1]) * unit.get(period[-1], 0)
    return seconds_of(query.get("start"), 0)


def _detail(kind: str) -> dict[str, Any]:
    reason = reason_for(kind)
    return {"loc": ["body", reason.field], "msg": reason.message, "type": reason.kind}
