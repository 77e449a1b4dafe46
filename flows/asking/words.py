"""A person's words about money as rows of the ledger: what a run has asked for, what was allowed, what was changed."""

from __future__ import annotations

from longtake.ledger import Decision, Job, JobState, Ledger

APPROVAL = "approval"
"""A person's word about a plan: `yes`, `no`, or `clip 1` for that clip alone."""

WANTED = "approval wanted"
"""What a run has asked for. Open until it is answered."""

ANSWERED = "approval answered"
"""An answer that is not yet bound to a plan: the first clip of it, or another provider's. Open until it is."""

BUDGET, PROVIDER = "budget", "provider"
"""What a person has changed for a run, which is the row's subject."""

WORD_WANTED = "word wanted"
"""A run has asked what became of a job. Open until it is answered."""

LEFT = "job left as it is"
"""A person wants to decide nothing about a job as long as the run lasts. Settled when the run ends without its clip."""

YES, NO, FIRST_CLIP = "yes", "no", "first clip"

IN_THE_UI = "a person in Prefect's UI"


def approve(
    ledger: Ledger,
    *,
    video: str,
    subject: str,
    plan_hash: str,
    up_to_micro_usd: int,
    by: str,
    run_id: str | None = None,
) -> Decision:
    """Write down that a person allows the video's clips to cost so much, as they are planned.

    `subject` is the key of the request.
    """
    return ledger.decide(
        Decision(
            kind=APPROVAL,
            video=video,
            subject=subject,
            value=YES,
            amount_micro_usd=up_to_micro_usd,
            plan_hash=plan_hash,
            run_id=run_id,
            by=by,
        )
    )


def is_approved(ledger: Ledger, video: str, plan_hash: str, upper_micro_usd: int) -> bool:
    """Whether a person's last word about the plan covers what may still be paid, and what was paid since."""
    last = last_word(ledger, video, plan_hash)
    return last is not None and last.value == YES and covers(ledger, last, upper_micro_usd)


def last_word(ledger: Ledger, video: str, plan_hash: str) -> Decision | None:
    """What a person has said last about the plan."""
    return next((one for one in ledger.decisions(video=video, kind=APPROVAL) if one.plan_hash == plan_hash), None)


def covers(ledger: Ledger, word: Decision, upper_micro_usd: int) -> bool:
    """Whether what was allowed is enough for so much, and for what the video has cost since then."""
    since = sum(job.charged_micro_usd for job in ledger.jobs(video=word.video) if _is_since(job, word))
    since += ledger.spoken_micro_usd(word.video, word.created_at)
    return since + upper_micro_usd <= (word.amount_micro_usd or 0)


def _is_since(job: Job, word: Decision) -> bool:
    """Jobs that are only reserved are quoted once more: nothing was sent."""
    return job.created_at >= word.created_at and job.state is not JobState.RESERVED


def open_rows(ledger: Ledger, run_id: str, kind: str) -> tuple[Decision, ...]:
    """The run's rows of that kind that nothing has followed from yet, the newest first."""
    return ledger.decisions(kind=kind, run_id=run_id, open_only=True)


def changed_for(ledger: Ledger, run_id: str, kind: str) -> Decision | None:
    """What a person has changed last for the run: its budget, or its provider."""
    return next(iter(ledger.decisions(kind=kind, run_id=run_id)), None)
