"""Clips as they are downloaded: without a key, until they expire."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from emulators.jobs import Job
from emulators.server import Request, Response, html_response
from emulators.settings import EmulatorSettings


async def download(job: Job | None, request: Request, settings: EmulatorSettings) -> Response:
    """The clip of a completed job; what else its media fault makes of it."""
    if job is None or job.state != "completed" or job.ended_at is None:
        return html_response("404 Not Found", 404)
    lifetime_seconds = job.clip_lifetime_seconds or settings.clip_lifetime_seconds
    if time.time() - job.ended_at >= lifetime_seconds:
        return html_response("403 Forbidden", 403)
    fault = job.media_fault.fault if job.media_fault else ""
    if fault == "html":
        return html_response("Welcome")
    kind = "video/mp4" if request.path.endswith(".mp4") else "application/octet-stream"
    data = await asyncio.to_thread(Path(job.clip).read_bytes)
    return Response(200, data, {"Content-Type": kind}, cut="half" if fault == "short-content" else None)
