"""Pixazo's gateway: submit and status. Source: Pixazo, OmniHuman v1.5 documentation."""

from __future__ import annotations

import json
import uuid
from typing import Any

from typing_extensions import override

from emulators.fal_list import iso
from emulators.fal_webhooks import send
from emulators.faults import Rule, Where
from emulators.inputs import check_fields, offer_at
from emulators.jobs import Job
from emulators.refusals import Refused, reason_for
from emulators.server import Request, Response, json_response
from emulators.site import Route, Site
from longtake.models import Offer

STATUS_PATH = "/v2/requests/status/"
GATEWAY_NUMBER = "-290"
_STATES = {
    "queued": "QUEUED",
    "running": "PROCESSING",
    "completed": "COMPLETED",
    "refused": "FAILED",
    "failed": "ERROR",
    "cancelled": "ERROR",
}
_ERRORS = {
    400: ("Bad Request", "The request is not valid."),
    401: ("Unauthorized", "The subscription key is missing or not valid."),
    402: ("Insufficient Balance", "Your wallet does not have enough balance."),
    403: ("Forbidden", "Your subscription does not include this API."),
    404: ("Not Found", "The request was not found."),
    429: ("Too Many Requests", "The rate limit is exceeded."),
}


class PixazoSite(Site):
    """Pixazo: FAILED jobs are billed, ERROR ones are not."""

    name = "pixazo"

    @override
    def route(self, request: Request) -> Route:
        if clip := self.clip_route(request):
            return clip
        is_keyed = self.has_key(request.headers.get("ocp-apim-subscription-key"))
        if request.method == "POST":
            body = request.body[:100_000].decode(errors="replace")
            return Route(("submit",), lambda _: self._submit(request) if is_keyed else self._refused(401), body)
        if request.method == "GET" and request.path.startswith(STATUS_PATH):
            job = self.known_job(request.path.removeprefix(STATUS_PATH))
            wheres: tuple[Where, ...] = ("result", "status") if job and job.is_ended else ("status",)
            return Route(wheres, lambda rule: self._status(job, rule) if is_keyed else self._refused(401), job=job)
        return Route((), lambda _: self._refused(404))

    @override
    def error_body(self, status: int, kind: str) -> dict[str, Any]:
        error, message = _ERRORS.get(status, ("Error", "Something went wrong."))
        return {"error": kind or error, "message": reason_for(kind).message if kind else message}

    @override
    def bill(self, job: Job) -> int:
        return self.price_micro_usd(job) if job.state in ("completed", "refused") else 0

    @override
    def told_that_it_ended(self, job: Job) -> None:
        if job.webhook_url:
            send(job.webhook_url, json.dumps(self._body(job)).encode(), {})

    async def _submit(self, request: Request) -> Response:
        offer, given = _offer_of(request.path), request.json()
        if offer is None:
            message = f"Model '{request.path.strip('/').split('/')[0]}' not found or is disabled"
            return json_response({"error": "Model not found", "message": message}, 400)
        try:
            check_fields(given or {}, offer)
        except Refused as refused:
            return json_response(self.error_body(400, refused.reason.kind), 400)
        assert given is not None
        if not all(given[name].startswith(("http://", "https://")) for name in ("image_url", "audio_url")):
            return await self._refused(400)
        if self.queue.is_full:
            return await self._refused(429)
        request_id = f"{offer.endpoint}{GATEWAY_NUMBER}_{uuid.uuid4()}"
        job = self.new_job(offer.endpoint, given, request_id, webhook_url=request.headers.get("x-webhook-url", ""))
        self.queue.accept(job)
        polling_url = f"{self.base_url}{STATUS_PATH}{request_id}"
        return json_response({"request_id": request_id, "status": "QUEUED", "polling_url": polling_url}, 202)

    async def _status(self, job: Job | None, rule: Rule | None) -> Response:
        if job is None:
            status = self.world.settings.result_gone_status
            return json_response(self.error_body(status, ""), status)
        body = self._body(job)
        if rule and rule.fault == "unknown-word":
            return json_response(body | {"status": rule.word or "PAUSED", "output": None})
        if rule and rule.fault == "back-to-queue" and job.state == "running":
            return json_response(body | {"status": "QUEUED"})
        return json_response(body)

    def _body(self, job: Job) -> dict[str, Any]:
        ended = iso(job.ended_at) if job.ended_at else None
        output = None
        if job.state == "completed":
            url = self.clip_url(job, ".ext")
            bare = self.world.settings.pixazo_bare_url
            output = {"media_url": url if bare else [url], "media_type": "application/octet-stream"}
        return {
            "request_id": job.request_id,
            "status": (job.reason.word if job.reason else "") or _STATES[job.state],
            "model_id": f"{job.endpoint}{GATEWAY_NUMBER}",
            "error": job.reason.message if job.reason else None,
            "output": output,
            "created_at": iso(job.accepted_at),
            "updated_at": iso(job.ended_at or job.started_at or job.accepted_at),
            "completed_at": ended,
        }

    async def _refused(self, status: int) -> Response:
        return json_response(self.error_body(status, ""), status)


def _offer_of(path: str) -> Offer | None:
    """The model that a path of the form /<model>-290/v1/<model>-request asks for."""
    parts = path.strip("/").split("/")
    if len(parts) != 3 or parts[1] != "v1" or not parts[2].endswith("-request"):
        return None
    return offer_at("pixazo", parts[2].removesuffix("-request"))
