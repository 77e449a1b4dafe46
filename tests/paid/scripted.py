"""A provider that does in this process what a test tells it to, and runs of the paid maker against it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import SecretStr
from typing_extensions import override

from longtake.assets import FolderStore, Store
from longtake.costs import Spending
from longtake.jobs import Account, Desk, PaidMaker
from longtake.ledger import Job, Ledger, open_ledger
from longtake.models import Offer
from longtake.preview import render_preview
from longtake.providers import Accepted, Inputs, Lookup, Outcome, Pace, Provider, Status, Submission, Ticket
from longtake.providers.contract import CancelAnswer
from longtake.work import Work, opened
from tests.ledger.making import submitting
from tests.paid.works import make_works, read_works
from tests.providers.gateways import offer_of

PACE = Pace(
    deadline_seconds=3600, poll_seconds=0.05, longest_poll_seconds=0.1, retry_seconds=0.02, attempts=2,
    heartbeat_seconds=0.1, stale_after_seconds=0.6, absent_after_seconds=0, submit_timeout_seconds=1,
    connect_timeout_seconds=1,
)  # fmt: skip
DOLLARS = 10**9


class NoInputs(Inputs):
    """Takes every file, and keeps none."""

    @override
    async def publish(self, path: Path, name: str, lifetime_seconds: float) -> SecretStr:
        return SecretStr(f"https://inputs.example/{name}")

    @override
    async def aclose(self) -> None:
        pass


class Scripted(Provider):
    """Accepts every job and is done with it at once; what a test changes is done in its place."""

    name: ClassVar = "fal"
    result_lifetime_seconds = None

    def __init__(self, works: list[Work], store: Store, ledger: Ledger) -> None:
        self.account = "fal:1"
        self.in_progress_limit = 1
        self.posts: list[str] = []
        self.looks = 0
        self._works = {work.order.key: work for work in works}
        self._store = store
        self._ledger = ledger

    @property
    @override
    def inputs(self) -> Inputs:
        return NoInputs()

    @override
    async def submit(self, submission: Submission) -> Accepted:
        self.posts.append(submission.job_id)
        return Accepted(ticket=Ticket(request_id=submission.job_id, endpoint=submission.offer.endpoint))

    @override
    async def status(self, ticket: Ticket) -> Status:
        self.looks += 1
        return Status(phase="done", word="COMPLETED")

    @override
    async def result(self, ticket: Ticket) -> Outcome:
        return Outcome(video_url=SecretStr(ticket.request_id))

    @override
    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        return "impossible"

    @override
    async def find(self, submission_id: str, offer: Offer, submitted_at: float) -> Lookup:
        return Lookup(answer="absent")

    @override
    async def fetch(self, outcome: Outcome, target: Path) -> None:
        """A good clip of the order that the request was for."""
        job = self._ledger.job(outcome.video_url.get_secret_value())
        work = self._works[job.order_key]
        with opened(work, self._store) as files:
            await asyncio.to_thread(render_preview, files.image, files.chunk, target, label=work.label)

    @override
    async def aclose(self) -> None:
        pass


@dataclass
class Stage:
    """Works, a store, a ledger that several processes open, and the provider that all of them ask."""

    folder: Path
    works: list[Work]
    store: FolderStore
    ledgers: list[Ledger] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.provider = Scripted(self.works, self.store, self.ledger("provider"))

    def ledger(self, owner: str) -> Ledger:
        """The ledger, as a process of that name opens it."""
        url = f"sqlite:///{self.folder / 'ledger.sqlite'}"
        opened_one = open_ledger(url, owner=owner, stale_after_seconds=PACE.stale_after_seconds)
        self.ledgers.append(opened_one)
        return opened_one

    def maker(self, ledger: Ledger, *, video: str = "talk", pace: Pace = PACE, repeat_usd: float = 0) -> PaidMaker:
        """The maker of a run."""
        spending = Spending(budget_micro_usd=DOLLARS, repeat_micro_usd=int(repeat_usd * 1e6))
        account = Account(self.provider, offer_of("fal"), 0.16)
        return PaidMaker([account], ledger, self.store, spending=spending, pace=pace, video=video, run_id="run")

    def desk(self, ledger: Ledger, pace: Pace = PACE) -> Desk:
        """What `recover` works with."""
        return Desk(ledger, (Account(self.provider, offer_of("fal"), 0.16),), self.store, pace)

    def left(self, number: int, *, video: str = "other-video") -> tuple[Ledger, Job]:
        """A submitted job for a work, and the ledger of the process that left it."""
        dead, work = self.ledger("dead"), self.works[number]
        job = submitting(
            dead,
            work.order.key,
            account=self.provider.account,
            clip=work.label,
            video=video,
            order_json=work.model_dump_json(),
        )
        dead.note_accepted(job, Ticket(request_id=job.id, endpoint=job.endpoint), None)
        dead.let_go()
        return dead, dead.job(job.id)

    def close(self) -> None:
        for ledger in self.ledgers:
            ledger.dispose()


@contextmanager
def stage(folder: Path, clips: int = 2) -> Iterator[Stage]:
    """A fresh one."""
    works = read_works(make_works(folder, clips))
    store = FolderStore(folder / "home" / "store")
    made = Stage(folder, works, store)
    try:
        yield made
    finally:
        made.close()
