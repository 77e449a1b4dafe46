"""What a video's jobs and its voices count in the ledger, in the words of its pages. In micro-dollars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from longtake.frozen import Frozen
from longtake.ledger import Job, JobState, SpeechRequest, SpeechState
from longtake.money import usd_text


class Money(Frozen):
    """The sums over all runs of a video. Together they count against its budget."""

    paid_micro_usd: int = 0
    reserved_micro_usd: int = 0
    unknown_micro_usd: int = 0
    voices_micro_usd: int = 0
    """What of all that is for voices."""

    retries: int = 0

    @property
    def text(self) -> str:
        """In one line."""
        parts = [f"paid **{usd_text(self.paid_micro_usd)}**", f"reserved **{usd_text(self.reserved_micro_usd)}**"]
        if self.unknown_micro_usd:
            parts.append(f"unknown, perhaps billed **{usd_text(self.unknown_micro_usd)}**")
        voices = f" ({usd_text(self.voices_micro_usd)} of it for voices)" if self.voices_micro_usd else ""
        return ", ".join(parts) + voices


def money_of(jobs: Sequence[Job], spoken: Sequence[SpeechRequest] = ()) -> Money:
    """What these jobs and requests to voices add up to. What failed and may have been billed is unknown money too."""
    sums: Counter[str] = Counter()
    for request in spoken:
        is_known = request.state in (SpeechState.SPOKEN, SpeechState.WASTED, SpeechState.REFUSED)
        sums["paid" if is_known else "unknown"] += request.charged_micro_usd
    for job in jobs:
        sums[_kind(job)] += job.charged_micro_usd
    sent = [job.order_key for job in jobs if job.state not in (JobState.RELEASED, JobState.RESERVED)]
    return Money(
        paid_micro_usd=sums["paid"],
        reserved_micro_usd=sums["reserved"],
        unknown_micro_usd=sums["unknown"],
        voices_micro_usd=sum(request.charged_micro_usd for request in spoken),
        retries=len(sent) - len(set(sent)),
    )


def _kind(job: Job) -> str:
    if job.state in (JobState.RESERVED, JobState.SUBMITTING, JobState.SUBMITTED):
        return "reserved"
    if job.state is JobState.UNKNOWN or (job.state is JobState.FAILED and job.billed == "assumed"):
        return "unknown"
    return "paid"
