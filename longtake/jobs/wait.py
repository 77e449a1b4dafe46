"""Waiting for a submitted job: one loop for all providers, from submit to done."""

from __future__ import annotations

import time

from longtake import progress
from longtake.errors import DecisionNeeded, JobCancelled, ProviderBusy, ResultGone
from longtake.jobs.account import Account
from longtake.jobs.desk import Desk, ticket_of
from longtake.ledger import Job
from longtake.providers import Outcome, Pace, Status
from longtake.providers.patience import patience

SLOWER = 1.5
"""By how much each wait is longer than the one before it."""

NEW_JOB_SECONDS = 60.0
"""For so long a provider that does not know a job may yet come to know it."""

STUCK_SECONDS = 15 * 60.0
LOOK_SECONDS = 60.0
"""A look that takes longer, for all its repeats, is ended, so that the deadline is minded."""

LONGEST_ASKED_PAUSE_SECONDS = 300.0
LAST_LOOKS_SECONDS = 60.0
"""For so long a job that was cancelled at its deadline is still watched."""


def is_new(job: Job) -> bool:
    """Whether the provider may yet come to know a job that it says it does not know."""
    return time.time() < (job.submitted_at or job.created_at) + NEW_JOB_SECONDS


def give_up_at(job: Job, pace: Pace) -> float:
    """When a job that has not ended is no longer watched: soon after its deadline. Seconds since 1970."""
    last_looks_seconds = min(LAST_LOOKS_SECONDS, pace.deadline_seconds)
    return (job.submitted_at or job.created_at) + pace.deadline_seconds + last_looks_seconds


async def wait_for_outcome(desk: Desk, account: Account, job: Job) -> Outcome:
    """Look at the job until it is done. Tells only what changes.

    A call to our webhook ends a pause early; without calls, the clock alone does. Raises what the provider's `status`
    and `result` raise, and JobCancelled. Raises DecisionNeeded when the deadline has passed and the job still runs: it
    stays submitted, and a later run or `recover` goes on with it.
    """
    watch = _Watch(desk, account, job)
    delay = desk.pace.poll_seconds
    with desk.calls.awaited(job.provider, watch.ticket.request_id) as bell:
        while True:
            with patience(LOOK_SECONDS):
                outcome = await watch.look()
                progress.reach("polling")
                if outcome:
                    return outcome
                await watch.mind_deadline()
            was_called = await bell.sleep(max(delay, watch.asked_pause_seconds))
            delay = desk.pace.poll_seconds if was_called else min(delay * SLOWER, desk.pace.longest_poll_seconds)


class _Watch:
    def __init__(self, desk: Desk, account: Account, job: Job) -> None:
        self._desk = desk
        self._account = account
        self._job = job
        self.ticket = ticket_of(job)
        self._submitted_at = job.submitted_at or job.created_at
        self._deadline_at = self._submitted_at + desk.pace.deadline_seconds
        self.asked_pause_seconds = 0.0
        self._told = ""
        self._told_logs = 0
        self._is_known = self._is_stuck = self._seems_gone = False
        self._cancel_asked = self._cancel_taken = False

    async def look(self) -> Outcome | None:
        """The outcome of a job that is done."""
        provider = self._account.provider
        self.asked_pause_seconds = 0.0
        try:
            status = await provider.status(self.ticket)
            self._tell(status)
            if status.phase != "done":
                return None
            return status.outcome or await provider.result(self.ticket)
        except ProviderBusy as error:
            self._say(f"cannot be asked just now: {error}")
            self.asked_pause_seconds = min(error.retry_after_seconds or 0.0, LONGEST_ASKED_PAUSE_SECONDS)
            return None
        except ResultGone as error:
            if self._cancel_taken:  # a job that had ended, or was not known, would have been told as such
                raise JobCancelled("the job was given up at its deadline.", provider=provider.name) from error
            if not self._is_known and is_new(self._job):
                self._say("does not know the job yet")
                return None
            if not self._seems_gone:  # a gateway may say so once; the job is believed to be gone the second time
                self._seems_gone = True
                self._say("says that it no longer knows the job; it is asked once more")
                return None
            raise

    async def mind_deadline(self) -> None:
        """Ask that a job past its deadline be given up, and stop watching it a minute later."""
        now = time.time()
        if now < self._deadline_at:
            return
        if not self._cancel_asked:
            await self._ask_to_cancel()
        if now > give_up_at(self._job, self._desk.pace):
            raise DecisionNeeded(
                f"clip {self._job.clip}: {self._account.provider.name} has not finished it by its deadline of "
                f"{self._desk.pace.deadline_seconds / 60:g} min. It may still be finished and paid: "
                "`longtake recover` looks again."
            )

    async def _ask_to_cancel(self) -> None:
        try:
            answer = await self._account.provider.cancel(self.ticket)
        except ProviderBusy as error:
            self._say(f"is past its deadline, and cannot be asked to give the job up: {error}")
            return
        self._cancel_asked, self._cancel_taken = True, answer == "requested"
        self._say(f"is past its deadline; asked to give it up: {answer}")
        if answer == "cancelled":
            raise JobCancelled("the job was given up at its deadline.", provider=self._account.provider.name)

    def _tell(self, status: Status) -> None:
        self._is_known, self._seems_gone = True, False
        place = f", position {status.queue_position}" if status.queue_position else ""
        self._say(f"{status.word}{place}")
        for line in status.logs[self._told_logs :]:
            progress.note(f"clip {self._job.clip}, {self._account.provider.name}: {line}")
        self._told_logs = max(self._told_logs, len(status.logs))
        if status.phase == "queued" and not self._is_stuck and time.time() > self._submitted_at + STUCK_SECONDS:
            self._is_stuck = True
            self._say(f"still {status.word} after {STUCK_SECONDS / 60:g} min{place}")

    def _say(self, text: str) -> None:
        if text != self._told:
            self._told = text
            progress.note(f"clip {self._job.clip}: {self._account.provider.name} {text}")
