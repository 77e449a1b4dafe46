"""The world of the ledger's state machine: processes, a provider with a book of its own, and what must always hold.

`concluded` are the jobs of which a look-up or a person said that they were not accepted: only of those may a request be
paid beside the ledger's counts until its owner wakes up, and only a late id may take a video above its cap
(`forced_micro_usd`) or an account above its places (`late`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis.stateful import RuleBasedStateMachine, invariant

from longtake.ledger import IN_PROGRESS, LIVE, Job, JobState, Ledger
from longtake.ledger.states import FREE
from tests.ledger.making import DOLLAR, Clock, Opener

S = JobState
BUDGET = 3 * DOLLAR
PLACES = 3
CHEAP = 600_000
CONTENTS = {"a": "v1", "b": "v1", "c": "v2"}


@dataclass
class Request:
    """What the provider knows of a job that it accepted."""

    job: Job
    price_micro_usd: int
    is_paid: bool = True
    is_running: bool = True


@dataclass
class Flight:
    """A POST between `begin_submit` and its answer in the ledger."""

    job: Job
    answer: str = "not sent"
    request_id: str = ""


@dataclass
class Process:
    """What a process holds in memory: gone when it is killed, old when it sleeps."""

    ledger: Ledger
    held: dict[str, Job] = field(default_factory=dict)
    flights: list[Flight] = field(default_factory=list)


class Books(RuleBasedStateMachine):
    """The world that the rules act in, and what must hold in it after each of them."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="lt-machine-", dir=memory if memory.is_dir() else None))
        self.clock = Clock()
        self.opener = Opener(f"sqlite:///{self.folder / 'ledger.sqlite'}", self.clock)
        self.count = 0
        self.processes = [Process(self.opener(f"p{slot}")) for slot in range(3)]
        self.requests: dict[str, Request] = {}
        self.saved: set[str] = set()
        self.concluded: set[str] = set()
        self.spoken: set[str] = set()
        self.late: set[str] = set()
        self.forced_micro_usd: Counter[str] = Counter()
        self.jobs: dict[str, Job] = {}

    def teardown(self) -> None:
        self.opener.close()
        shutil.rmtree(self.folder)

    # What the machine looks at

    @property
    def reader(self) -> Ledger:
        return self.processes[0].ledger

    def any_in(self, *states: JobState) -> bool:
        """Whether a job was in one of the states after the last step."""
        return any(job.state in states for job in self.jobs.values())

    def pick(self, pick: int, *states: JobState) -> Job | None:
        """A job in one of the states, as anybody may read it."""
        found = self.reader.jobs(states=frozenset(states))
        return found[pick % len(found)] if found else None

    def held(self, state: JobState) -> list[tuple[Process, Job]]:
        """The jobs that a process believes to be in that state, and its own."""
        return [(one, job) for one in self.processes for job in one.held.values() if job.state is state]

    def flights(self, *, are_sent: bool) -> list[tuple[Process, Flight]]:
        """The POSTs that have been sent, or have not."""
        flying = ((one, flight) for one in self.processes for flight in one.flights)
        return [(one, flight) for one, flight in flying if (flight.answer != "not sent") is are_sent]

    def accept(self, flight: Flight, price: int) -> None:
        """The provider accepts: another paid request of the order must be excused by a word or the allowance."""
        for other in self.requests.values():
            if other.is_paid and other.job.order_key == flight.job.order_key:
                assert flight.job.is_repeat or other.job.is_repeat or {other.job.id, flight.job.id} & self.concluded
        self.count += 1
        flight.request_id = f"request {self.count}"
        self.requests[flight.request_id] = Request(flight.job, price)

    def request_of(self, job: Job) -> tuple[str, Request] | None:
        return next(((name, one) for name, one in self.requests.items() if one.job.id == job.id), None)

    # What must hold after each step

    @invariant()
    def the_money_is_right(self) -> None:
        self.jobs = {job.id: job for job in self.reader.jobs()}
        self.no_order_has_two_live_jobs()
        self.a_job_counts_what_its_state_says()
        self.an_accepted_id_is_never_dropped()
        self.what_is_paid_is_counted()
        self.no_more_is_in_progress_than_the_account_may()

    @property
    def live(self) -> list[Job]:
        return [job for job in self.jobs.values() if job.state in LIVE]

    def no_order_has_two_live_jobs(self) -> None:
        orders = Counter(job.order_key for job in self.live)
        assert not [order for order, count in orders.items() if count > 1]

    def a_job_counts_what_its_state_says(self) -> None:
        for job in self.jobs.values():
            if job.state in FREE or (job.state is S.FAILED and job.billed == "no"):
                assert job.charged_micro_usd == 0
            else:
                assert job.charged_micro_usd in (DOLLAR, CHEAP)
        for video in set(CONTENTS.values()):
            spent = self.reader.spent_micro_usd(video)
            assert spent == sum(job.charged_micro_usd for job in self.jobs.values() if job.video == video)
            assert spent <= BUDGET + self.forced_micro_usd[video]

    def an_accepted_id_is_never_dropped(self) -> None:
        known = {job.request_id: job for job in self.jobs.values() if job.request_id}
        assert self.saved <= set(known)
        for request_id, request in self.requests.items():
            job = self.jobs[request.job.id]
            if request_id not in self.saved:
                assert job.state in {S.SUBMITTING, S.UNKNOWN, S.LOST} or job.id in self.concluded

    def what_is_paid_is_counted(self) -> None:
        """So that what is really paid is never more than was approved."""
        for request in self.requests.values():
            job = self.jobs[request.job.id]
            if request.is_paid and job.id not in self.concluded:
                assert job.charged_micro_usd >= request.price_micro_usd

    def no_more_is_in_progress_than_the_account_may(self) -> None:
        taken = [job for job in self.live if job.done_at is None and job.id not in self.late]
        assert len(taken) <= PLACES
        assert all(job.state in IN_PROGRESS or job.state is S.RESERVED for job in taken)
        words = self.late | self.concluded | self.spoken
        running = [one for one in self.requests.values() if one.is_running and one.job.id not in words]
        assert len(running) <= PLACES
