"""The contract that every provider meets: submit, status, result, cancel, find. Money depends on each word of it.

What may be tried again raises ProviderBusy. What would be refused again raises a ProviderVerdict. A submit whose
outcome cannot be known raises OutcomeUnknown, and is never sent a second time by the client itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from longtake.frozen import Frozen
from longtake.models import Offer, Resolution

CancelAnswer = Literal["cancelled", "requested", "too late", "unknown job", "impossible"]
"""cancelled: it will never be billed; requested: it may still end either way; impossible: no way to cancel there."""


class Submission(Frozen):
    """One order as it is sent. Addresses are secret: they may be signed."""

    job_id: str = Field(description="Ours; the file name of the audio holds it, so that the job can be found again.")
    offer: Offer
    image_url: SecretStr
    audio_url: SecretStr
    mask_url: SecretStr | None = None
    prompt: str | None = None
    resolution: Resolution
    turbo: bool = False
    sent_seconds: float = Field(gt=0, description="The length of the audio.")
    webhook_url: str | None = None


class Ticket(Frozen):
    """What an accepted job is known by at its provider. Kept in the ledger, so it holds no secret."""

    request_id: str
    endpoint: str
    status_url: str | None = Field(None, description="Where the provider said to ask, if that is its own host.")


class Accepted(Frozen):
    """The answer to a submit."""

    ticket: Ticket
    queue_position: int | None = None
    price_micro_usd: int | None = Field(None, description="Where the provider tells it at once.")


class Outcome(Frozen):
    """A finished job: where its clip lies, and what it cost if that was told."""

    video_url: SecretStr
    price_micro_usd: int | None = None
    billed_seconds: float | None = None


class Status(Frozen):
    """How far a job is. `outcome` is there only where the status brings the result along."""

    phase: Literal["queued", "running", "done"]
    word: str = Field(description="The provider's own.")
    queue_position: int | None = None
    logs: tuple[str, ...] = Field((), description="All lines of the job's log so far.")
    outcome: Outcome | None = None


class Lookup(Frozen):
    """The answer to: do you know a job of ours whose submit we lost sight of?"""

    answer: Literal["found", "absent", "cannot tell"]
    ticket: Ticket | None = None
    price_micro_usd: int | None = None


class Inputs(ABC):
    """Where files are put so that a provider can read them."""

    @abstractmethod
    async def publish(self, path: Path, name: str, lifetime_seconds: float) -> SecretStr:
        """Make the file readable under `name` (its suffix tells the type) for that long, and answer where.

        Safe to repeat. Raises ProviderBusy for what may pass, AccountRefused for what will not.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Close the connections."""


class Provider(ABC):
    """One account at one provider. Its client stays open until `aclose`."""

    name: str
    """fal, aimlapi, pixazo."""

    account: str
    """Names the account without telling its key: the provider's name and a few digits of the key's hash."""

    in_progress_limit: int
    """How many jobs of the account may be in progress at once, counted over all runs and machines."""

    result_lifetime_seconds: float | None
    """For how long a result is kept after its end, as far as it is known."""

    @property
    @abstractmethod
    def inputs(self) -> Inputs:
        """Where files are put for this provider."""

    @abstractmethod
    async def submit(self, submission: Submission) -> Accepted:
        """Send ONE request that may start a paid job.

        Raises ProviderBusy (surely not accepted), AccountRefused or InputRefused (refused), OutcomeUnknown.
        """

    @abstractmethod
    async def status(self, ticket: Ticket) -> Status:
        """How far the job is. Raises ProviderBusy, JobFailed, InputRefused, AccountRefused, ResultGone."""

    @abstractmethod
    async def result(self, ticket: Ticket) -> Outcome:
        """Where the clip of a job that is done lies. Raises as `status` does."""

    @abstractmethod
    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        """Ask that the job be given up. Raises ProviderBusy, AccountRefused."""

    @abstractmethod
    async def find(self, submission_id: str, offer: Offer, submitted_at: float) -> Lookup:
        """Look for the job whose audio or request carries our id, sent at that time (seconds since 1970).

        "absent" is said only where the provider's list is sure to hold every job that was accepted and has ended;
        the caller decides when that is late enough to be believed. Raises ProviderBusy, AccountRefused.
        """

    @abstractmethod
    async def fetch(self, outcome: Outcome, target: Path) -> None:
        """Download the clip, without the key, to `target`: whole or not at all.

        Raises ProviderBusy, ResultGone, and ClipRejected for what is no MP4.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Close the connections."""
