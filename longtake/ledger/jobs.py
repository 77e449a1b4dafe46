"""What the ledger takes and gives: jobs, caps, answers, and what they add up to. Money is in micro-dollars."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from longtake.errors import Billed
from longtake.frozen import Frozen
from longtake.ledger.states import JobState

CostsBy = Literal["day", "video", "provider"]


class NewJob(Frozen):
    """A job that is to be: one submission of an order to one account. Holds no secret."""

    order_key: str
    content_key: str = Field(description="The key of the same order with take 1.")
    take: int = Field(ge=1)
    video: str
    run_id: str
    clip: str = Field(description='The label of the clip in its video: "007".')
    start_seconds: float
    end_seconds: float
    first_words: str
    provider: str
    account: str = Field(description="Whose places and money it takes; tells no key.")
    model: str
    endpoint: str
    resolution: str
    sent_seconds: float
    reserve_micro_usd: int = Field(ge=0, description="The highest price that it may have.")
    inputs: tuple[str, ...] = Field((), description="sha256 of what is sent: it is kept while the job lives.")
    order_json: str = Field(description="What it takes to fulfil the order without the script.")


class Job(NewJob):
    """A job as it stands in the ledger. Times are seconds since 1970."""

    id: str
    state: JobState
    owner: str = Field(description="The process that works on it.")
    heartbeat_at: float = Field(description="When its owner last said that it lives.")
    created_at: float
    day: str = Field(description="Of the reservation, in the ledger's time zone: 2026-01-31.")
    charged_micro_usd: int = Field(description="What counts against the caps now.")
    is_repeat: bool = Field(description="Paid again, inside the allowance for repeats.")
    billed: Billed | None = None
    request_id: str | None = None
    status_url: str | None = None
    submitted_at: float | None = None
    done_at: float | None = Field(None, description="The provider said that it is done, which frees its place.")
    ended_at: float | None = None
    kind: str = Field("", description="The provider's word for a failure.")
    reason: str = ""
    clip_sha256: str | None = None
    absent_looks: int = Field(0, description="How often the provider did not list it.")
    last_absent_at: float | None = None


class Caps(Frozen):
    """What a reservation must stay within. None: no cap."""

    video_micro_usd: int | None = Field(ge=0, description="For all jobs of the video, over all runs.")
    day_micro_usd: int | None = Field(None, ge=0, description="For all jobs that were reserved on one day.")
    in_progress: int = Field(2, ge=1, description="How many jobs of the account may be in progress at once.")
    repeat_micro_usd: int = Field(0, ge=0, description="For jobs of the video whose order was paid before.")


class Reservation(Frozen):
    """The answer to a wish to reserve.

    live: the order has a job that goes on. settled: its money was spent. no place: the account has as many jobs in
    progress as it may; the counts tell how many, and how many of those have an unknown outcome.
    """

    answer: Literal["reserved", "live", "settled", "no place"]
    job: Job | None
    in_progress: int = 0
    unknown: int = 0


class Transition(Frozen):
    """One step of a job's life. `from_state` is None at its birth; equal states: it changed hands, or was noted."""

    at: float
    from_state: JobState | None
    to_state: JobState
    owner: str = Field(description="The process that did it.")
    reason: str


class Spending(Frozen):
    """What one day, video or provider cost, for clips and for speech. What ended without costs is not among it."""

    name: str
    jobs: int
    seconds: float = Field(description="Of sound that was sent, to be rendered.")
    characters: int = Field(0, description="Of text that was sent, to be spoken.")
    charged_micro_usd: int = Field(description="The sum of the three below.")
    paid_micro_usd: int
    open_micro_usd: int = Field(description="Of live jobs.")
    assumed_micro_usd: int = Field(description="Of what failed, or gave no answer, and may have been billed.")
