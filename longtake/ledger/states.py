"""The states of a job, and what they mean for money."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands."""

    RESERVED = "reserved"
    """Its money is set aside; nothing was sent."""
    RELEASED = "released"
    """It was surely not accepted: its money is free again."""
    SUBMITTING = "submitting"
    """The one POST may be on its way."""
    SUBMITTED = "submitted"
    """Accepted: the provider's id is known."""
    UNKNOWN = "unknown"
    """The POST went out and nobody knows what became of it. Keeps its money, and is never sent again."""
    COMPLETED = "completed"
    """Its clip is in the store."""
    ACCEPTED = "accepted"
    """Its clip failed a check, and a person overruled that."""
    REJECTED = "rejected"
    """Paid, and its clip failed a check."""
    FAILED = "failed"
    """Ended without a clip; `billed` says whether it was paid all the same."""
    LOST = "lost"
    """Paid, and its result is gone or was never to be had."""
    CANCELLED = "cancelled"
    """Given up, by us or the provider, without costs."""


LIVE = frozenset({JobState.RESERVED, JobState.SUBMITTING, JobState.SUBMITTED, JobState.UNKNOWN})
"""Not ended. An order has at most one live job."""

IN_PROGRESS = frozenset({JobState.SUBMITTING, JobState.SUBMITTED, JobState.UNKNOWN})
"""May be held by the provider."""

DELIVERED = frozenset({JobState.COMPLETED, JobState.ACCEPTED})
"""Ended with a clip that counts."""

FREE = frozenset({JobState.RELEASED, JobState.CANCELLED})
"""Ended without costs, whatever happens."""
