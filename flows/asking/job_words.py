"""Asking what became of a job when nobody but a person can tell, or whether its clip is good enough."""

from __future__ import annotations

import asyncio
import time

from flows.asking.forms import Answer, Form, Word, job_form
from flows.asking.quote import orders_of
from flows.asking.words import IN_THE_UI, LEFT, WORD_WANTED, open_rows
from flows.pages.links import link
from flows.request import Request
from longtake import progress
from longtake.assets import Store
from longtake.errors import LedgerFailed, LongtakeError
from longtake.jobs.hints import INPUT_HINTS
from longtake.ledger import Decision, Job, JobState, Ledger
from longtake.money import usd_text
from longtake.orders import save_clip
from longtake.redo import current_takes
from longtake.settings import load_settings
from longtake.work import read_rejected

SHORT_ID = 8


async def find_doubtful(request: Request, ledger: Ledger, store: Store, run_id: str) -> Job | None:
    """The first clip's job that waits for a person's word, but for those that are to be left as they are."""
    left = {row.subject for row in await asyncio.to_thread(open_rows, ledger, run_id, LEFT)}
    plan = await request.plan(store, await asyncio.to_thread(current_takes, ledger, request.video))

    def find() -> Job | None:
        for shot, order in orders_of(plan, request, ledger, store):
            job = ledger.standing(order.key) if order and not shot.rendered else None
            if job and job.id not in left and _is_doubtful(job, store):
                return job
        return None

    return await asyncio.to_thread(find)


def _is_doubtful(job: Job, store: Store) -> bool:
    if job.state is JobState.SUBMITTED:
        due_at = (job.submitted_at or job.created_at) + load_settings().pace.deadline_seconds
        return due_at < time.time()
    if job.state is JobState.REJECTED:
        return _rejected_clip_is_here(job, store)
    if job.state is JobState.FAILED:  # of an input that was refused, another is sent, whatever became of its money
        return job.billed == "assumed" and not any(word in job.kind.lower() for word, _ in INPUT_HINTS)
    return job.state is JobState.UNKNOWN


def _rejected_clip_is_here(job: Job, store: Store) -> bool:
    kept = read_rejected(job.id, store) if job.clip_sha256 else None
    return kept is not None and store.verify(kept.asset)


def question(ledger: Ledger, job: Job, run_id: str) -> Decision:
    """The row of what the run asks about this job: the one that is open, so that it never asks twice for the same."""
    known = (row for row in open_rows(ledger, run_id, WORD_WANTED) if row.subject == job.id)
    wanted = Decision(kind=WORD_WANTED, video=job.video, subject=job.id, value=job.state.value, run_id=run_id, by="run")
    return next(known, None) or ledger.decide(wanted)


def key_of(row: Decision) -> str:
    """The key of the suspension that the question is asked in."""
    return f"job-{row.id[:16]}"


def form_of(job: Job, store: Store) -> type[Form]:
    """The form that asks about a job: default, to decide nothing."""
    clip = f"clip {job.clip} of {job.video} ({job.start_seconds:.1f}-{job.end_seconds:.1f} s, {job.first_words!r})"
    named = f"job {job.id[:SHORT_ID]} at {job.provider}, which counts {usd_text(job.charged_micro_usd)}"
    why = job.reason.rstrip(".")
    if job.state is JobState.REJECTED:
        kept = read_rejected(job.id, store)
        seen = link("watch it", kept.asset) if kept else "it is kept"
        return job_form(
            f"All other clips are settled. The one that came for {clip} was paid, and failed its check: {why}. It is "
            f"of {named}: {seen}, then say whether it is used all the same.",
            choices=(Word.NOTHING, Word.USE_IT),
        )
    return job_form(
        f"All other clips are settled. Nobody can tell whether {clip} was paid: {named}, is {job.state.value} ({why}). "
        "Look at your account's requests there, then say what you saw. What was never accepted is ordered anew.",
        choices=(Word.NOTHING, Word.PAID, Word.NOT_ACCEPTED),
    )


def note_answer(ledger: Ledger, store: Store, row: Decision, answer: Answer) -> None:
    """Do what a person has said about the job, then settle the question. Safe to repeat."""
    try:
        is_decided = _done(ledger, store, row.subject, answer.decision)
    except LedgerFailed:
        raise
    except LongtakeError as error:  # somebody else has said it, or has found out, meanwhile
        progress.note(str(error))
        is_decided = True
    ledger.settle(row, *(() if is_decided else [row.model_copy(update={"kind": LEFT, "by": IN_THE_UI})]))


def forget_what_was_left(ledger: Ledger, run_id: str) -> None:
    """The run ends without these jobs' clips: its retry asks about them again."""
    for row in open_rows(ledger, run_id, LEFT):
        ledger.settle(row)


def _done(ledger: Ledger, store: Store, job_id: str, word: str) -> bool:
    if word in (Word.PAID, Word.NOT_ACCEPTED):
        overdue = load_settings().pace.deadline_seconds
        ledger.resolve(job_id, paid=word == Word.PAID, by=IN_THE_UI, overdue_after_seconds=overdue)
    elif word == Word.USE_IT:
        accept(ledger, store, job_id, by=IN_THE_UI)
    else:
        return False
    return True


def accept(ledger: Ledger, store: Store, job_id: str, *, by: str) -> Job:
    """Use a rejected clip all the same. Raises LongtakeError when it is not in this store, or was not rejected."""
    record = read_rejected(job_id, store)
    if record is None or not store.verify(record.asset):
        raise LongtakeError(f"the rejected clip of job {job_id[:SHORT_ID]} is not in this store")
    job = ledger.accept(job_id, by=by)
    save_clip(store, record)
    return job
