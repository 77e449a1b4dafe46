"""fal's queue: submit, status, result, cancel. Source: fal, queue documentation, and what its clients send and get."""

from __future__ import annotations

import asyncio
from typing import Any

from typing_extensions import override

from emulators.fal_list import listed
from emulators.fal_storage import lifetime_asked, storage_route
from emulators.fal_webhooks import Signer, deliver
from emulators.faults import Rule, Where
from emulators.inputs import offer_at
from emulators.jobs import Job
from emulators.refusals import reason_for
from emulators.server import Request, Response, json_response
from emulators.site import Route, Site, billed_seconds

_CANCELLED_STATUS = 499
_HIDDEN = {"x-fal-store-io": "0"}


class FalSite(Site):
    """fal: its queue, storage, list of requests and files, told apart by their paths."""

    name = "fal"

    @override
    def route(self, request: Request) -> Route:
        parts = request.path.strip("/").split("/")
        found = self.clip_route(request) or storage_route(self, request) or self._open_route(request)
        if found:
            return found
        if not self.has_key(request.headers.get("authorization"), "Key "):
            return Route(_wheres_of(request, parts), self._unauthorized)
        if request.path == "/v1/models/requests/by-endpoint":
            return Route(("list",), lambda _: listed(self.queue.jobs.values(), request, self.outcome))
        if "requests" in parts[2:]:
            return self._request_route(request, parts)
        if request.method == "POST":
            return Route(("submit",), lambda _: self._submit(request), request.body[:100_000].decode(errors="replace"))
        return Route((), self._unknown_path)

    @override
    def error_body(self, status: int, kind: str) -> dict[str, Any]:
        if status == 422:
            return {"detail": [_detail(kind or "content_policy_violation")]}
        told = {
            401: "Authentication is required to access this application",
            402: "Payment required",
            403: "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
            429: "Too many requests",
        }
        return {"detail": told.get(status, "Request failed"), **({"error_type": kind} if kind else {})}

    @override
    def bill(self, job: Job) -> int:
        billed = job.state == "completed" or (job.state == "refused" and self.account.bill_refused)
        return self.price_micro_usd(job) if billed else 0

    @override
    def told_that_it_ended(self, job: Job) -> None:
        if job.webhook_url:
            _, status, body = self.outcome(job)
            deliver(job, status, body, self.world.settings)

    def outcome(self, job: Job) -> tuple[dict[str, str], int, Any]:
        """The headers, status and body of an ended job's result."""
        if job.state == "completed":
            seconds = billed_seconds(job)
            video = {
                "url": self.clip_url(job),
                "content_type": "video/mp4",
                "file_name": "output.mp4",
            }
            return {"x-fal-billable-units": f"{seconds:g}"}, 200, {"video": video, "duration": seconds}
        reason = job.reason or reason_for("client_cancelled")
        if job.state == "refused":
            return {"x-fal-billable-units": "0"}, 422, {"detail": [_detail(reason.kind, reason.field)]}
        status = _CANCELLED_STATUS if job.state == "cancelled" else reason.status
        headers = {"x-fal-billable-units": "0", "X-Fal-Error-Type": reason.kind}
        if reason.kind == "request_timeout":
            headers["X-Fal-Request-Timeout-Type"] = "user"
        return headers, status, {"detail": reason.message, "error_type": reason.kind}

    def _open_route(self, request: Request) -> Route | None:
        if request.path != "/.well-known/jwks.json":
            return None
        return Route((), lambda _: _ready(json_response(Signer.of(self.world.settings).jwks)))

    async def _submit(self, request: Request) -> Response:
        endpoint = request.path.strip("/")
        given = request.json()
        if offer_at("fal", endpoint) is None:
            return json_response({"detail": f"Application '{endpoint}' not found"}, 404)
        if given is None:
            return json_response({"detail": [_detail("json_invalid")]}, 422)
        if self.queue.is_full:
            return json_response(self.error_body(429, ""), 429)
        hidden = any(request.headers.get(name) == value for name, value in _HIDDEN.items())
        job = self.new_job(
            endpoint,
            given,
            webhook_url=request.query.get("fal_webhook", ""),
            is_listed=not hidden,
            clip_lifetime_seconds=lifetime_asked(request),
            start_within_seconds=_seconds(request.headers.get("x-fal-request-timeout")),
        )
        self.queue.accept(job)
        urls = self._urls(job)
        body = {"status": "IN_QUEUE", "request_id": job.request_id, **urls, "queue_position": self.queue.position(job)}
        return json_response(body)

    def _request_route(self, request: Request, parts: list[str]) -> Route:
        at = parts.index("requests", 2)
        rest = parts[at + 1 :]
        job = self.known_job(rest[0]) if rest else None
        if job is not None and not _is_app_of("/".join(parts[:at]), job.endpoint):
            job = None
        asked = (request.method, tuple(rest[1:]))
        if asked == ("GET", ("status",)):
            with_logs = request.query.get("logs", "") in ("1", "true", "True")
            return Route(("status",), lambda rule: self._status(job, rule, with_logs), job=job)
        if asked == ("GET", ()):
            return Route(("result",), lambda _: self._result(job), job=job)
        if asked == ("PUT", ("cancel",)):
            return Route(("cancel",), lambda _: self._cancel(job), job=job)
        return Route((), self._unknown_path)

    async def _status(self, job: Job | None, rule: Rule | None, with_logs: bool) -> Response:
        if job is None:
            return self._gone()
        body: dict[str, Any] = {"request_id": job.request_id, **self._urls(job)}
        state = job.state
        if rule and rule.fault == "back-to-queue" and state == "running":
            state = "queued"
        if rule and rule.fault == "unknown-word":
            return json_response({"status": rule.word or "PAUSED", "logs": None, **body})
        if state == "queued":
            return json_response({"status": "IN_QUEUE", "queue_position": self.queue.position(job), **body}, 202)
        body["logs"] = _logs(job) if with_logs else None
        if rule and rule.fault == "log" and body["logs"]:
            body["logs"] = [{"message": rule.word, "level": "INFO"}]
        if state == "running":
            return json_response({"status": "IN_PROGRESS", **body}, 202)
        body["metrics"] = {"inference_time": round((job.ended_at or 0) - (job.started_at or job.accepted_at), 3)}
        if state in ("failed", "cancelled"):
            reason = job.reason or reason_for("client_cancelled")
            body |= {} if reason.hidden else {"error": reason.message, "error_type": reason.kind}
        return json_response({"status": "COMPLETED", **body})

    async def _result(self, job: Job | None) -> Response:
        if job is None:
            return self._gone()
        if not job.is_ended:
            return json_response({"detail": "Request is still in progress"}, 400)
        headers, status, body = self.outcome(job)
        return json_response(body, status, {"x-fal-request-id": job.request_id, **headers})

    async def _cancel(self, job: Job | None) -> Response:
        if job is None:
            return json_response({"status": "NOT_FOUND"}, 404)
        if not self.queue.cancel(job):
            return json_response({"status": "ALREADY_COMPLETED"}, 400)
        return json_response({"status": "CANCELLATION_REQUESTED"}, 202)

    def _urls(self, job: Job) -> dict[str, str]:
        """Below two segments the app's path is dropped from these addresses."""
        base = f"{self.base_url}/{app_of(job.endpoint)}/requests/{job.request_id}"
        return {"response_url": base, "status_url": f"{base}/status", "cancel_url": f"{base}/cancel"}

    def _gone(self) -> Response:
        return json_response({"detail": "Request not found"}, self.world.settings.result_gone_status)

    async def _unauthorized(self, _: Rule | None) -> Response:
        return json_response(self.error_body(401, ""), 401)

    async def _unknown_path(self, _: Rule | None) -> Response:
        return json_response({"detail": "Not Found"}, 404)


async def _ready(response: Response) -> Response:
    await asyncio.sleep(0)
    return response


def app_of(endpoint: str) -> str:
    """The first two segments of an endpoint's id."""
    return "/".join(endpoint.split("/")[:2])


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _is_app_of(asked: str, endpoint: str) -> bool:
    return asked in (app_of(endpoint), endpoint)


def _wheres_of(request: Request, parts: list[str]) -> tuple[Where, ...]:
    if "requests" in parts[2:]:
        return ("cancel",) if request.method == "PUT" else ("status",) if parts[-1] == "status" else ("result",)
    return ("submit",) if request.method == "POST" else ()


def _detail(kind: str, field: str = "") -> dict[str, Any]:
    reason = reason_for(kind, field=field)
    return {
        "loc": ["body", reason.field] if reason.field else ["body"],
        "msg": reason.message,
        "type": reason.kind,
        "url": f"https://docs.fal.ai/errors#{reason.kind}",
    }


def _logs(job: Job) -> list[dict[str, str]]:
    lines = ["Fetching the inputs", "Rendering"] + (["Done"] if job.state == "completed" else [])
    return [{"message": line, "level": "INFO", "source": "USER", "timestamp": str(job.started_at)} for line in lines]
