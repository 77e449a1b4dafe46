"""fal's list of an account's requests: those that have ended, the last one first.

Source: fal, platform APIs, "List requests by endpoint" (GET /v1/models/requests/by-endpoint).
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable
from typing import Any

from emulators.jobs import Job
from emulators.server import Request, Response, json_response

USUAL_WINDOW_SECONDS = 24 * 3600
USUAL_LIMIT, HIGHEST_LIMIT = 50, 100

Outcome = Callable[[Job], tuple[dict[str, str], int, Any]]


async def listed(jobs: Iterable[Job], request: Request, outcome: Outcome) -> Response:
    """A page of the list."""
    query = request.query
    endpoint = query.get("endpoint_id", "")
    if not endpoint:
        return json_response({"error": {"type": "validation_error", "message": "endpoint_id is required"}}, 400)
    try:
        start = seconds_of(query.get("start"), time.time() - USUAL_WINDOW_SECONDS)
        end = seconds_of(query.get("end"), time.time() + 1)
        limit = min(int(query.get("limit", USUAL_LIMIT)), HIGHEST_LIMIT)
        offset = int(query.get("cursor") or 0)
    except ValueError:
        return json_response({"error": {"type": "validation_error", "message": "a parameter is not valid"}}, 400)
    found = [
        job
        for job in jobs
        if job.ended_at is not None and job.is_listed and job.endpoint == endpoint and start <= job.ended_at <= end
    ]
    found.sort(key=lambda job: job.ended_at or 0, reverse=True)
    page = found[offset : offset + limit]
    has_more = offset + limit < len(found)
    items = [_item(job, outcome, "payloads" in query.get("expand", "")) for job in page]
    return json_response(
        {"items": items, "next_cursor": str(offset + limit) if has_more else None, "has_more": has_more}
    )


def _item(job: Job, outcome: Outcome, with_payloads: bool) -> dict[str, Any]:
    _, status, body = outcome(job)
    item: dict[str, Any] = {
        "request_id": job.request_id,
        "endpoint_id": job.endpoint,
        "sent_at": iso(job.accepted_at),
        "started_at": iso(job.started_at or job.accepted_at),
        "ended_at": iso(job.ended_at or 0),
        "status_code": status,
        "duration": round((job.ended_at or 0) - (job.started_at or job.accepted_at), 3),
    }
    return item | ({"json_input": job.given, "json_output": body} if with_payloads else {})


def iso(seconds: float) -> str:
    """A time in ISO 8601, UTC."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_of(text: str | None, otherwise: float) -> float:
    """A time in ISO 8601 as seconds since 1970. Raises ValueError."""
    if not text:
        return otherwise
    moment = datetime.datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()
