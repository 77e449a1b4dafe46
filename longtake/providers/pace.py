"""How long is waited for a provider, and how often it is asked."""

from __future__ import annotations

from pydantic import Field

from longtake.frozen import Frozen


class Pace(Frozen):
    """The clocks of the wait for a clip."""

    deadline_seconds: float = Field(
        3600, gt=0, description="A job that takes longer is cancelled, where that is possible."
    )
    poll_seconds: float = Field(2, gt=0, description="The first wait between two looks at a job; it grows from there.")
    longest_poll_seconds: float = Field(15, gt=0)
    connect_timeout_seconds: float = Field(10, gt=0)
    submit_timeout_seconds: float = Field(60, gt=0, description="No answer to a submit within this: outcome unknown.")
    read_timeout_seconds: float = Field(30, gt=0, description="For everything that is safe to ask again.")
    download_timeout_seconds: float = Field(3600, gt=0, description="For one attempt to download a clip.")
    attempts: int = Field(6, ge=1, description="How often a request that is safe to repeat is made before it fails.")
    retry_seconds: float = Field(1, gt=0, description="The first wait before a repeat; it doubles up to 30 s.")
    absent_after_seconds: float = Field(
        1800,
        ge=0,
        description="How long after submit and deadline a job that the provider does not list is absent: it may have "
        "begun just before the deadline, and is listed when it has ended.",
    )
    heartbeat_seconds: float = Field(5, gt=0, description="How often a process tells the ledger that it lives.")
    stale_after_seconds: float = Field(
        20, gt=0, description="A process that has not told so for this long is taken for dead, and its jobs taken over."
    )

    @property
    def submit_lasts_seconds(self) -> float:
        """The longest that a submit can be on its way: connecting, sending, waiting for the answer."""
        return self.connect_timeout_seconds + 2 * self.submit_timeout_seconds

    @property
    def answer_lasts_seconds(self) -> float:
        """The same for an attempt at anything that is safe to ask again, but for uploads and downloads."""
        return self.connect_timeout_seconds + 2 * self.read_timeout_seconds
