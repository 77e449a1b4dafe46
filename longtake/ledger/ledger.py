"""The ledger: the truth about paid jobs. It fails closed: what it cannot read or write raises LedgerFailed.

Its methods wait for a disk or a network: asynchronous callers run them in a thread.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Collection
from typing import Any

from longtake.errors import Billed
from longtake.ledger import accepted, decisions, hands, reading, sums, words
from longtake.ledger.decisions import Decision
from longtake.ledger.engine import parse_url
from longtake.ledger.items import Items
from longtake.ledger.jobs import Caps, CostsBy, Job, NewJob, Reservation, Spending, Transition
from longtake.ledger.moving import move
from longtake.ledger.reserve import reserve, standing
from longtake.ledger.rows import find_jobs
from longtake.ledger.speaking import SpeechLedger
from longtake.ledger.states import JobState
from longtake.ledger.tables import jobs
from longtake.ledger.transaction import Clock, Database
from longtake.providers.contract import Ticket

_RESERVED, _SUBMITTING, _SUBMITTED = JobState.RESERVED, JobState.SUBMITTING, JobState.SUBMITTED
_UNKNOWN, _COMPLETED, _REJECTED = JobState.UNKNOWN, JobState.COMPLETED, JobState.REJECTED
_LOST, _FAILED = JobState.LOST, JobState.FAILED


class Ledger(SpeechLedger):
    """The jobs, decisions and money of all videos, as one process reads and writes them.

    A step of a job raises JobMoved unless the job is in the state that the caller holds, and in this process's hands.
    """

    def __init__(self, database: Database, stale_after_seconds: float) -> None:
        super().__init__(database, stale_after_seconds)
        self.owner = database.owner
        self.items = Items(database)

    def dispose(self) -> None:
        """Close the connections."""
        self._database.engine.dispose()

    # Reserving and submitting

    def reserve(self, new: NewJob, caps: Caps) -> Reservation:
        """Set money aside for a job, or tell why none is needed. Raises OverBudget."""
        with self._database.writing() as transaction:
            return reserve(transaction, new, caps, self._stale_after_seconds)

    def begin_submit(self, job: Job) -> Job:
        """The POST is about to be sent."""
        with self._database.writing() as transaction:
            now = transaction.now
            return move(transaction, job, _SUBMITTING, from_states={_RESERVED}, submitted_at=now, heartbeat_at=now)

    def back_to_reserved(self, job: Job, reason: str) -> Job:
        """The POST was surely not accepted, and may be sent again."""
        return self._move(job, _RESERVED, {_SUBMITTING}, reason, submitted_at=None)

    def release(self, job: Job, reason: str) -> Job:
        """Nothing was accepted: its money is free again."""
        return self._move(job, JobState.RELEASED, {_RESERVED, _SUBMITTING}, reason, charged_micro_usd=0)

    def note_accepted(self, job: Job, ticket: Ticket, price_micro_usd: int | None) -> Job:
        """The provider's id, which was paid for: written whatever became of the job meanwhile, and safe to repeat.

        Submitted; or lost, with a reason that tells that the order was submitted twice.
        """
        with self._database.writing() as transaction:
            return accepted.note_accepted(transaction, job, ticket, price_micro_usd)

    def note_unknown(self, job: Job, reason: str) -> Job:
        """The POST went out and nobody knows what became of it. Its money stays reserved."""
        return self._move(job, _UNKNOWN, {_SUBMITTING}, reason)

    # A job whose outcome is unknown; anybody may look it up

    def note_found(self, job: Job, ticket: Ticket, price_micro_usd: int | None) -> Job:
        """The provider knows it, unknown or called lost without an id: submitted, in our hands."""
        with self._database.writing() as transaction:
            return accepted.note_found(transaction, job, ticket, price_micro_usd)

    def note_absent_look(self, job: Job) -> Job:
        """The provider does not list it, this time."""
        with self._database.writing() as transaction:
            looked: dict[str, Any] = {"absent_looks": jobs.c.absent_looks + 1, "last_absent_at": transaction.now}
            return move(transaction, job, _UNKNOWN, from_states={_UNKNOWN}, of_anybody=True, **looked)

    def note_absent(self, job: Job, reason: str) -> Job:
        """It was surely never accepted: its money is free again."""
        return self._move(job, JobState.RELEASED, {_UNKNOWN}, reason, of_anybody=True, charged_micro_usd=0)

    # The end of a job

    def note_done(self, job: Job) -> Job:
        """The provider is done with it, so that its place is free."""
        with self._database.writing() as transaction:
            done_at = transaction.now if job.done_at is None else job.done_at
            return move(transaction, job, _SUBMITTED, from_states={_SUBMITTED}, done_at=done_at)

    def complete(self, job: Job, *, cost_micro_usd: int | None, clip_sha256: str) -> Job:
        """Its clip is in the store. Without a cost, what counted goes on to count."""
        return self._move(job, _COMPLETED, {_SUBMITTED}, "", clip_sha256=clip_sha256, **_cost(cost_micro_usd))

    def reject(self, job: Job, *, cost_micro_usd: int | None, clip_sha256: str | None, reason: str) -> Job:
        """Its clip failed a check, and was paid all the same. So may one that was fetched later, by anybody."""
        values = {"clip_sha256": clip_sha256, **_cost(cost_micro_usd)}
        is_later = job.state is not _SUBMITTED
        return self._move(job, _REJECTED, {_SUBMITTED, _REJECTED, _LOST}, reason, of_anybody=is_later, **values)

    def fail(self, job: Job, *, billed: Billed, cost_micro_usd: int | None, kind: str, reason: str) -> Job:
        """It ended without a clip. Surely not billed, it counts nothing; perhaps, what counted; surely, its cost."""
        costs = {"no": {"charged_micro_usd": 0}, "assumed": {}, "yes": _cost(cost_micro_usd)}
        cost: dict[str, Any] = costs[billed]
        return self._move(job, _FAILED, {_SUBMITTING, _SUBMITTED}, reason, billed=billed, kind=kind, **cost)

    def lose(self, job: Job, reason: str) -> Job:
        """It was paid, and its result is gone. A completed one may be found so by anybody."""
        return self._move(job, _LOST, {_SUBMITTED, _COMPLETED}, reason, of_anybody=job.state is _COMPLETED)

    def cancel(self, job: Job, reason: str) -> Job:
        """It was given up without costs."""
        return self._move(job, JobState.CANCELLED, {_RESERVED, _SUBMITTED}, reason, charged_micro_usd=0)

    def adopt(self, job: Job, *, clip_sha256: str) -> Job:
        """The clip of a job that had none is there after all. It counts what it counted."""
        paid = {_LOST, _REJECTED} if job.billed == "no" else {_LOST, _REJECTED, _FAILED}
        values: dict[str, Any] = {"clip_sha256": clip_sha256, "billed": None, "kind": ""}
        return self._move(job, _COMPLETED, paid, "its clip was found", of_anybody=True, **values)

    # A person's word

    def resolve(self, job_id: str, *, paid: bool, by: str, overdue_after_seconds: float = 3600) -> Job:
        """A person has looked at the provider. Raises LongtakeError, with the state, for a job that needs no word."""
        with self._database.writing() as transaction:
            return words.resolve(
                transaction,
                job_id,
                paid=paid,
                by=by,
                overdue_after_seconds=overdue_after_seconds,
                stale_after_seconds=self._stale_after_seconds,
            )

    def accept(self, job_id: str, *, by: str) -> Job:
        """A person takes a clip that failed its check. Raises LongtakeError for a job that was not rejected."""
        with self._database.writing() as transaction:
            return words.accept(transaction, job_id, by=by)

    # In whose hands

    def beat(self) -> int:
        """Tell that this process lives; the number of its live jobs."""
        with self._database.writing() as transaction:
            return hands.beat(transaction)

    def let_go(self) -> int:
        """Let others take this process's jobs over at once; how many. One that is being submitted is kept."""
        with self._database.writing() as transaction:
            return hands.let_go(transaction)

    def take_over(self, job: Job) -> Job | None:
        """The job in our hands, if it is reserved or submitted and its owner has gone silent; else None."""
        with self._database.writing() as transaction:
            return hands.take_over(transaction, job, self._stale_after_seconds)

    def expire_submitting(self, older_than_seconds: float) -> tuple[Job, ...]:
        """The jobs that are unknown from now on: being submitted, their owner silent for longer than a POST lasts."""
        with self._database.writing() as transaction:
            return hands.expire_submitting(transaction, older_than_seconds)

    def release_stale(self) -> int:
        """Free the money of reserved jobs whose owner has gone silent; how many."""
        with self._database.writing() as transaction:
            return hands.release_stale(transaction, self._stale_after_seconds)

    # Reading

    def job(self, job_id: str) -> Job:
        """By its id, or four or more characters that only its id begins with. Raises LongtakeError."""
        with self._database.reading() as transaction:
            return reading.job_named(transaction, job_id)

    def jobs(
        self,
        *,
        video: str | None = None,
        states: Collection[JobState] | None = None,
        provider: str | None = None,
        clip: str | None = None,
        order_key: str | None = None,
        limit: int | None = None,
    ) -> tuple[Job, ...]:
        """The jobs that meet all that is said, the newest first."""
        wanted = {"video": video, "provider": provider, "clip": clip, "order_key": order_key}
        with self._database.reading() as transaction:
            return reading.jobs_where(transaction, states=states, limit=limit, **wanted)

    def latest(self, order_key: str) -> Job | None:
        """The order's live job if it has one, else its newest."""
        with self._database.reading() as transaction:
            return reading.latest(transaction, order_key)

    def standing(self, order_key: str) -> Job | None:
        """The job that a reservation for the order would meet: its live one, else the one its money went into."""
        with self._database.reading() as transaction:
            return standing(transaction, order_key)

    def live(self) -> tuple[Job, ...]:
        """All jobs that have not ended, the newest first."""
        with self._database.reading() as transaction:
            return find_jobs(transaction, sums.IS_LIVE)

    def history(self, job_id: str) -> tuple[Transition, ...]:
        """Every step of a job, the oldest first."""
        with self._database.reading() as transaction:
            return reading.history(transaction, job_id)

    # Sums, in micro-dollars, of what is spent and reserved

    def spent_micro_usd(self, video: str) -> int:
        """Over all runs of the video."""
        with self._database.reading() as transaction:
            return sums.counted_micro_usd(transaction, video=video)

    def spent_on_day_micro_usd(self, day: str | None = None) -> int:
        """Of jobs that were reserved on that day, such as 2026-01-31; without one, today."""
        with self._database.reading() as transaction:
            return sums.counted_micro_usd(transaction, day=day or transaction.today)

    def repeats_micro_usd(self, video: str) -> int:
        """Of the video's jobs that were paid inside the allowance for repeats."""
        with self._database.reading() as transaction:
            return sums.charged_micro_usd(transaction, jobs.c.video == video, jobs.c.is_repeat)

    def costs(self, by: CostsBy) -> tuple[Spending, ...]:
        """What each day, video or provider cost, in order of their names."""
        with self._database.reading() as transaction:
            return sums.costs(transaction, by)

    # Decisions

    def decide(self, decision: Decision) -> Decision:
        """Write a decision down. A take that a person names is settled by that: there is nothing to go on with."""
        with self._database.writing() as transaction:
            return decisions.decide(transaction, decision, settled=decision.kind == decisions.TAKE)

    def settle(self, decision: Decision, *following: Decision) -> bool:
        """Settle an open decision and write what follows from it, all or nothing; False when it was settled before."""
        with self._database.writing() as transaction:
            return decisions.settle(transaction, decision, following)

    def decisions(
        self,
        *,
        video: str | None = None,
        kind: str | None = None,
        run_id: str | None = None,
        open_only: bool = False,
    ) -> tuple[Decision, ...]:
        """The decisions, the newest first."""
        wanted = {"video": video, "kind": kind, "run_id": run_id}
        with self._database.reading() as transaction:
            return decisions.find_decisions(transaction, open_only=open_only, **wanted)

    def takes(self, video: str) -> dict[str, int]:
        """The take of each content key that now counts, where a person decided on one."""
        with self._database.reading() as transaction:
            return decisions.takes(transaction, video)

    def allot_take(self, video: str, content_key: str, run_id: str, by: str) -> int:
        """The take that this run is to make: its own, that of a redo that never ended, else a new one."""
        with self._database.writing() as transaction:
            return decisions.allot_take(transaction, video, content_key, run_id, by)

    def settle_takes(self, video: str) -> None:
        """The video is finished: its next redo is another one."""
        with self._database.writing() as transaction:
            decisions.settle_takes(transaction, video)

    def _move(
        self,
        job: Job,
        to_state: JobState,
        from_states: Collection[JobState],
        reason: str,
        *,
        of_anybody: bool = False,
        **values: Any,
    ) -> Job:
        with self._database.writing() as transaction:
            if not of_anybody:
                values["heartbeat_at"] = transaction.now
            return move(
                transaction,
                job,
                to_state,
                reason=reason,
                from_states=from_states,
                of_anybody=of_anybody,
                **values,
            )


def _cost(told_micro_usd: int | None) -> dict[str, Any]:
    return {"charged_micro_usd": told_micro_usd} if accepted.is_price(told_micro_usd) else {}


def open_ledger(
    url: str,
    *,
    timezone: str = "UTC",
    stale_after_seconds: float = 30,
    clock: Clock | None = None,
    owner: str | None = None,
) -> Ledger:
    """The ledger at that address, made if it is new. Raises SettingError for a wrong address, LedgerFailed.

    `stale_after_seconds`: a process without a heartbeat for so long is taken for dead. `clock` gives seconds since
    1970; without it, the time is Postgres's, else this machine's.
    """
    name = owner or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    return Ledger(Database(parse_url(url), name, timezone, clock), stale_after_seconds)
