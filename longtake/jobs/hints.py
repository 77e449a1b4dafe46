"""What a person is told when a clip could not be had: which clip, why, and what can be done."""

from __future__ import annotations

from longtake.errors import (
    ClipRejected,
    DecisionNeeded,
    InputRefused,
    JobCancelled,
    JobFailed,
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
    ("duration_too_long", "Lower this offer's limit in LONGTAKE_OFFERS, so that the video is cut into shorter clips."),
    ("audio", "Listen to the clip's sound; when it is right, choose another provider."),
)
"""By a word in the provider's own type of error; the first that fits."""

UNBILLED_HINT = "Run the same command again later, or name another provider behind it: --provider first,second."


def input_hint(kind: str) -> str:
    """What a person can do about an input that was refused."""
    return _hint_for(kind) or "Change what is sent, then run the same command."


def _hint_for(kind: str) -> str:
    return next((hint for word, hint in INPUT_HINTS if word in kind), "")


def told(error: LongtakeError, work: Work, video: str) -> LongtakeError:
    """The error with the clip's number, times and words in front, of the same kind, and with what to do behind.

    What concerns no single clip, such as a ledger that cannot be read, stays as it is.
    """
    if isinstance(error, InputRefused):
        hint = error.hint or input_hint(error.kind)
        return InputRefused(f"{work.title}: {error.provider} refused it: {error.message} {hint}", kind=error.kind)
    if isinstance(error, ClipRejected):
        return ClipRejected(f"{work.title}: {_of_rejected(error.message, error.is_kept, work.label, video)}")
    if isinstance(error, ProviderBusy):
        return ProviderBusy(f"{work.title}: {error}", retry_after_seconds=error.retry_after_seconds)
    if isinstance(error, ProviderVerdict | OutcomeUnknown | DecisionNeeded | OverBudget):
        return type(error)(f"{work.title}: {error}{_after(error)}")
    return error


def _after(error: LongtakeError) -> str:
    if isinstance(error, JobCancelled):
        return " It is not paid: the same command orders it anew."
    return f" It is not billed. {UNBILLED_HINT}" if isinstance(error, JobFailed) and error.billed == "no" else ""


def _of_rejected(why: str, is_kept: bool, clip: str, video: str) -> str:
    """What a person can do about a clip that failed its check, or about what came in place of one."""
    again = f"Pay for another take: longtake redo {video} --clip {clip}. Or let runs pay for repeats: --max-repeat-usd."
    if not is_kept:
        return (
            f"it was paid, and what came was no clip: {why}. The same command, and `longtake recover`, downloads it "
            f"again. {again}"
        )
    return (
        f"the clip that came was paid, and is not what was ordered: {why}. It is kept. Use it all the same: longtake "
        f"accept {video} --clip {clip}. {again}"
    )


def settled(job: Job, clip: str, video: str) -> DecisionNeeded:
    """Why an order whose money is gone is not paid again. `clip` is its place in the video as it is now."""
    again = f"Pay for another take: longtake redo {video} --clip {clip}, or let runs repeat: --max-repeat-usd."
    why = job.reason.rstrip(".")
    if job.state == "rejected":
        return DecisionNeeded(_of_rejected(why, job.clip_sha256 is not None, clip, video))
    if job.state == "lost":
        return DecisionNeeded(f"it was paid at {job.provider}, and its result is gone ({why}). {again}")
    if job.state in ("completed", "accepted"):
        return DecisionNeeded(
            f"it was paid at {job.provider}; its clip is not in this store, and could not be fetched again. Render "
            f"where its clip is, or pay for another take: longtake redo {video} --clip {clip}."
        )
    mended = f" {hint}" if (hint := _hint_for(job.kind)) else ""
    if job.billed == "assumed":
        return DecisionNeeded(
            f"it failed at {job.provider} ({why}), and may have been billed.{mended} Look at the bill, then: "
            f"{resolve_hint(job)}. {again}"
        )
    return DecisionNeeded(f"it failed at {job.provider} and was billed ({why}).{mended} {again}")


def is_settled(job: Job) -> bool:
    """Whether a job that has ended without a clip was paid, or may have been."""
    return job.state == "lost" or (job.state == "failed" and job.billed != "no")
