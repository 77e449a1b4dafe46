"""What a person is told when a clip could not be had: which clip, why, and what can be done."""

from __future__ import annotations

from longtake.errors import (
    ClipRejected,
    DecisionNeeded,
    InputRefused,
    LongtakeError,
    OutcomeUnknown,
    OverBudget,
    ProviderBusy,
    ProviderVerdict,
)
from longtake.jobs.desk import resolve_hint
from longtake.ledger import Job
from longtake.work import Work

INPUT_HINTS = (
    (
        "policy",
        "Change the words or the portrait: the provider does not render what it takes for a breach of its rules.",
    ),
    ("face", "Use a portrait with one clear face that looks at the camera."),
    ("image", "Use another picture: JPEG or PNG, at least 300 pixels a side."),
    ("audio", "Listen to the clip's sound; when it is right, choose another provider."),
    ("duration", "Plan for the provider's limit: list it first in --provider, or lower its limit in LONGTAKE_OFFERS."),
)
"""By a word in the provider's own type of error."""


def input_hint(kind: str) -> str:
    """What a person can do about an input that was refused."""
    return next((hint for word, hint in INPUT_HINTS if word in kind), "Change what is sent, then run the same command.")


def told(error: LongtakeError, work: Work, video: str) -> LongtakeError:
    """The error with the clip's number, times and words in front, of the same kind, and with what to do behind.

    What concerns no single clip, such as a ledger that cannot be read, stays as it is.
    """
    if isinstance(error, InputRefused):
        hint = error.hint or input_hint(error.kind)
        return InputRefused(f"{work.title}: {error.provider} refused it: {error.message} {hint}", kind=error.kind)
    if isinstance(error, ClipRejected):
        return ClipRejected(
            f"{work.title}: the clip that came was paid, and is not what was ordered: {error.message}. It is kept. "
            f"{rejected_hint(video, work.label)}"
        )
    if isinstance(error, ProviderBusy):
        return ProviderBusy(f"{work.title}: {error}", retry_after_seconds=error.retry_after_seconds)
    if isinstance(error, ProviderVerdict | OutcomeUnknown | DecisionNeeded | OverBudget):
        return type(error)(f"{work.title}: {error}")
    return error


def rejected_hint(video: str, clip: str) -> str:
    """What a person can do about a clip that failed its check."""
    return (
        f"Use it all the same: longtake accept {video} --clip {clip}. Pay for another take: longtake redo {video} "
        f"--clip {clip}. Or let runs pay for repeats: --max-repeat-usd."
    )


def settled(job: Job, video: str) -> DecisionNeeded:
    """Why an order whose money is gone is not paid again."""
    again = f"Pay for another take: longtake redo {video} --clip {job.clip}, or let runs repeat: --max-repeat-usd."
    if job.state == "rejected":
        return DecisionNeeded(f"a clip came and failed its check ({job.reason}). {rejected_hint(video, job.clip)}")
    if job.state == "lost":
        return DecisionNeeded(f"it was paid at {job.provider}, and its result is gone ({job.reason}). {again}")
    if job.billed == "assumed":
        return DecisionNeeded(
            f"it failed at {job.provider} ({job.reason}), and may have been billed. Look at the bill, then: "
            f"{resolve_hint(job)}. {again}"
        )
    return DecisionNeeded(f"it failed at {job.provider} and was billed ({job.reason}). {again}")
