"""What the end of an item's run means: finished, waiting for a person, or worth another try."""

from __future__ import annotations

from collections.abc import Iterable

from longtake import errors
from longtake.errors import (
    BadInput,
    ClipRejected,
    DecisionNeeded,
    HolesLeft,
    LongtakeError,
    MissingComponent,
    OutcomeUnknown,
    OverBudget,
    ProviderVerdict,
)
from longtake.frozen import Frozen
from longtake.ledger import Item, ItemState, Job, JobState, Ledger

NEEDS_APPROVAL = "NeedsApproval"
"""The name of the state of a run that would cost more than it may without a person."""

EXCEPTION = "Flow run encountered an exception: "
"""What Prefect writes before an error's name and message."""

CAP_OF_DAY = "the cap of the day "
PERSON_MARKS = ("longtake resolve", "longtake redo", "longtake accept", "longtake recover")
REFUSED_MARKS = (" refused it: ", "the budget of ")
"""What stands in the words about a clip that another run would miss as well."""

_FINAL = (
    BadInput,
    MissingComponent,
    ProviderVerdict,
    OutcomeUnknown,
    DecisionNeeded,
    OverBudget,
    ClipRejected,
)
_IN_VAIN = frozenset({JobState.UNKNOWN, JobState.REJECTED, JobState.LOST, JobState.FAILED})


class End(Frozen):
    """How a run ended. `again`: it may be tried again; `tomorrow`: not before the next day."""

    state: ItemState
    reason: str = ""
    again: bool = False
    tomorrow: bool = False
    blocked_by: tuple[str, ...] = ()


def judge(kind: str, name: str, message: str, in_vain: Iterable[Job] = ()) -> End:
    """What a final state of a run means. `kind` is Prefect's type of state.

    `in_vain` are the jobs of the run that were paid, or may have been, without a clip.
    """
    told = message.removeprefix(EXCEPTION)
    if kind == "COMPLETED":
        return End(state=ItemState.FINISHED)
    if name == NEEDS_APPROVAL:
        return End(state=ItemState.NEEDS_APPROVAL, reason=told)
    if kind == "CANCELLED":
        return End(state=ItemState.FAILED, reason=f"its run was cancelled. {told}".strip())
    blocked_by = tuple(job.id for job in in_vain)
    if kind == "CRASHED":
        told = f"its run crashed. {told}".strip()
        return End(state=ItemState.FAILED, reason=told, again=not blocked_by, blocked_by=blocked_by)
    if blocked_by or not message.startswith(EXCEPTION):  # Prefect itself refuses parameters without that word
        return End(state=ItemState.FAILED, reason=told, blocked_by=blocked_by)
    return _of_error(_error_of(told), told)


def _of_error(error: type[LongtakeError] | None, told: str) -> End:
    """What an error of a run that spent nothing in vain means. One that is not ours may pass."""
    is_tomorrow = is_final = False
    if error and issubclass(error, HolesLeft | OverBudget):
        is_tomorrow = CAP_OF_DAY in told
        is_final = error is not HolesLeft or any(mark in told for mark in (*PERSON_MARKS, *REFUSED_MARKS))
    elif error:
        is_final = issubclass(error, _FINAL)
    return End(state=ItemState.FAILED, reason=told, again=is_tomorrow or not is_final, tomorrow=is_tomorrow)


def _error_of(told: str) -> type[LongtakeError] | None:
    """The kind of error that a message begins with; None for one that is not ours."""
    kind = getattr(errors, told.partition(":")[0].strip(), None)
    return kind if isinstance(kind, type) and issubclass(kind, LongtakeError) else None


def jobs_in_vain(ledger: Ledger, video: str, run_id: str | None = None) -> tuple[Job, ...]:
    """The jobs of a video, or of one run of it, that were paid, or may have been, and brought no clip that counts."""
    jobs = ledger.jobs(video=video, states=_IN_VAIN)
    return tuple(
        job
        for job in jobs
        if (run_id is None or job.run_id == run_id) and not (job.state is JobState.FAILED and job.billed == "no")
    )


def is_free(ledger: Ledger, item: Item) -> bool:
    """Whether there were jobs that blocked an item, and none of them does so any more."""
    blocked_by = set(item.blocked_by.split())
    if not blocked_by or not item.video:
        return False
    return blocked_by.isdisjoint(job.id for job in jobs_in_vain(ledger, item.video))
