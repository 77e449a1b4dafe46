"""An account's jobs: they wait for a place, are rendered, and end; each change is kept on the disk."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from emulators.book import ENDED, BookKeeper, Entry, JobState
from emulators.faults import ProviderName, Rule
from emulators.inputs import Inputs, audio_seconds, check_fields, check_image, fetch, limit_seconds, offer_at
from emulators.refusals import PlatformFailed, Reason, Refused, reason_for
from emulators.rendering import Renderer
from emulators.settings import EmulatorSettings
from longtake.models import Offer


class Job(BaseModel):
    """An accepted request, as its provider keeps it."""

    request_id: str
    provider: ProviderName
    endpoint: str
    given: dict[str, Any]
    audio_name: str
    accepted_at: float
    client_request_id: str = ""
    webhook_url: str = ""
    is_listed: bool = True
    clip_lifetime_seconds: float | None = None
    start_within_seconds: float | None = None
    hold_micro_usd: int = 0
    render_seconds: float = 0.0
    job_fault: Rule | None = None
    media_fault: Rule | None = None
    state: JobState = "queued"
    started_at: float | None = None
    ended_at: float | None = None
    seconds: float | None = None
    reason: Reason | None = None
    clip: str = ""

    @property
    def is_ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.state in ENDED

    @property
    def subject(self) -> str:
        """What rules look for their `match` in."""
        return f"{self.request_id} {self.audio_name}"


Bill = Callable[[Job], int]
"""What a job that has ended costs, in micro-dollars."""


class Queue:
    """The jobs of one account."""

    def __init__(
        self,
        provider: ProviderName,
        home: Path,
        settings: Callable[[], EmulatorSettings],
        renderer: Renderer,
        bill: Bill,
        ended: Callable[[Job], None],
    ) -> None:
        self._provider = provider
        self._settings = settings
        self._renderer = renderer
        self._bill = bill
        self._ended = ended
        self._folder = home / "jobs" / provider
        self._folder.mkdir(parents=True, exist_ok=True)
        self.keeper = BookKeeper(provider, home / "books")
        self.jobs: dict[str, Job] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """Take up the jobs of an emulator that was killed; what it was rendering is rendered again."""
        found = [Job.model_validate_json(path.read_bytes()) for path in self._folder.glob("*.json")]
        for job in sorted(found, key=lambda job: job.accepted_at):
            self.jobs[job.request_id] = job
            self._set_right(job)
            if job.state == "running":
                job.state = "queued"
        self._fill()

    def forget(self) -> None:
        """End everything, and begin a new book."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()
        self.jobs.clear()
        for path in self._folder.glob("*.json"):
            path.unlink()
        self.keeper.start_anew()

    def accept(self, job: Job) -> None:
        """Note the job in the book; from here on it is going to be billed."""
        job.render_seconds = self._drawn_seconds(job)
        self.jobs[job.request_id] = job
        self._save(job)
        self._open_entry(job)
        if job.start_within_seconds is not None:
            asyncio.get_running_loop().call_later(job.start_within_seconds, self._give_up, job)
        self._fill()

    @property
    def is_full(self) -> bool:
        """Whether the account takes no more jobs now."""
        most = self._settings().account(self._provider).most_unfinished
        return most is not None and sum(not job.is_ended for job in self.jobs.values()) >= most

    def position(self, job: Job) -> int:
        """How many jobs wait before this one."""
        waiting = [other.request_id for other in self.jobs.values() if other.state == "queued"]
        return waiting.index(job.request_id) if job.request_id in waiting else 0

    def cancel(self, job: Job) -> bool:
        """Give a job up, if it has not ended; whether that was still possible."""
        if job.is_ended:
            return False
        task = self._running.get(job.request_id)
        if task is None:
            self._end(job, "cancelled")
        elif self._settings().cancel_stops_running:
            task.cancel()
            self._end(job, "cancelled")
        return True

    def _give_up(self, job: Job) -> None:
        """End a job that has not started in the time that its client gave it."""
        if job.state == "queued":
            job.reason = reason_for("request_timeout", status=504)
            self._end(job, "failed")

    def _fill(self) -> None:
        """Start waiting jobs while there are places."""
        places = self._settings().account(self._provider).concurrency - len(self._running)
        waiting = [
            job
            for job in self.jobs.values()
            if job.state == "queued" and not (job.job_fault and job.job_fault.fault == "stuck")
        ]
        for job in waiting[: max(0, places)]:
            self._enter(job, "running")
            job.started_at = time.time()
            self._running[job.request_id] = asyncio.create_task(self._run(job))

    async def _run(self, job: Job) -> None:
        ends_at = asyncio.get_running_loop().time() + job.render_seconds
        state: JobState = "completed"
        try:
            job.clip = str(await self._render(job))
        except Refused as refused:
            state, job.reason = "refused", refused.reason
        except PlatformFailed as failed:
            state, job.reason = "failed", failed.reason
        except Exception:
            traceback.print_exc(file=sys.stderr)
            state, job.reason = "failed", reason_for("internal_server_error")
        await asyncio.sleep(ends_at - asyncio.get_running_loop().time())
        self._end(job, state)

    async def _render(self, job: Job) -> Path:
        offer = offer_at(job.provider, job.endpoint)
        if offer is None:
            raise PlatformFailed(reason_for("internal_server_error"))
        check_fields(job.given, offer)
        inputs = await self._read(job, offer)
        fault = job.job_fault
        if fault and fault.fault == "refused":
            raise Refused(reason_for(fault.kind or "content_policy_violation", word=fault.word))
        if fault and fault.fault == "platform-error":
            kind = fault.kind or "internal_server_error"
            raise PlatformFailed(reason_for(kind, word=fault.word, status=fault.status, hidden=fault.hidden))
        return await self._renderer.clip(inputs, job.media_fault, tiny=self._settings().tiny)

    async def _read(self, job: Job, offer: Offer) -> Inputs:
        image = await fetch(job.given["image_url"], "image_url")
        audio = await fetch(job.given["audio_url"], "audio_url")
        mask = await fetch(job.given["mask_url"], "mask_url") if "mask_url" in job.given else None
        smallest = self._settings().smallest_image_pixels
        await asyncio.to_thread(check_image, image, "image_url", smallest)
        if mask is not None:
            await asyncio.to_thread(check_image, mask, "mask_url", smallest)
        job.seconds = await asyncio.to_thread(audio_seconds, audio)
        if job.seconds >= limit_seconds(job.given, offer):
            raise Refused(reason_for("audio_duration_too_long"))
        return Inputs(image=image, audio=audio, mask=mask, seconds=job.seconds)

    def _set_right(self, job: Job) -> None:
        """Write into the book what a kill kept out of it."""
        entry = self.keeper.entry(job.request_id)
        if entry is None:
            self._open_entry(job)
        if job.is_ended and (entry is None or entry.state != job.state):
            self._close_entry(job)

    def _open_entry(self, job: Job) -> None:
        self.keeper.open_entry(
            Entry(
                request_id=job.request_id,
                audio_name=job.audio_name,
                endpoint=job.endpoint,
                accepted_at=job.accepted_at,
                client_request_id=job.client_request_id,
                billed_micro_usd=job.hold_micro_usd,
                render_seconds=job.render_seconds,
            )
        )

    def _close_entry(self, job: Job) -> None:
        billed = self._bill(job)
        self.keeper.change(job.request_id, state=job.state, seconds=job.seconds, billed_micro_usd=billed)

    def _end(self, job: Job, state: JobState) -> None:
        self._running.pop(job.request_id, None)
        job.ended_at = time.time()
        job.state = state
        self._save(job)
        self._close_entry(job)
        self._ended(job)
        self._fill()

    def _enter(self, job: Job, state: JobState) -> None:
        job.state = state
        self._save(job)
        self.keeper.change(job.request_id, state=state)

    def _save(self, job: Job) -> None:
        path = self._folder / f"{job.request_id.split(':')[0]}.json"
        part = path.with_suffix(".part")
        part.write_text(job.model_dump_json())
        os.replace(part, path)

    def _drawn_seconds(self, job: Job) -> float:
        settings = self._settings()
        for part, seconds in settings.job_seconds.items():
            if part in job.audio_name:
                return seconds
        drawn = random.Random(f"{settings.seed}/{self._provider}/{len(self.jobs)}").uniform(-1, 1)  # noqa: S311
        return settings.mean_seconds * (1 + settings.spread * drawn)
