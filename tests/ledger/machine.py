"""Three processes, a provider and a person, who do to one ledger whatever they may, in any order.

The provider keeps its own book: what it really accepted, and what of that is really paid. `concluded` are the jobs of
which a look-up or a person said that they were not accepted: only there may a request be paid beside the ledger's
counts until its owner wakes up, and only there may a late id take a video above its cap (`forced_micro_usd`) or an
account above its places (`late`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from longtake.errors import JobMoved, OverBudget
from longtake.ledger import IN_PROGRESS, LIVE, Caps, Job, JobState, Ledger
from longtake.ledger.states import FREE
from tests.ledger.making import DOLLAR, Clock, Opener, new_job, ticket

S = JobState
BUDGET = 4 * DOLLAR
PLACES = 3
CHEAP = 600_000
CONTENTS = {"a": "v1", "b": "v1", "c": "v2"}
SUBMIT_LASTS_SECONDS = 130.0

ENDINGS = ("accepted", "accepted", "dropped", "accepted, dropped", "not sent", "accepted, asleep", "accepted, asleep")

slots = st.integers(0, 2)
picks = st.integers(0, 10_000)
contents = st.sampled_from(sorted(CONTENTS))


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


class LedgerMachine(RuleBasedStateMachine):
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
        """The provider accepts: another paid request of the order must be excused by somebody's word."""
        for other in self.requests.values():
            if other.is_paid and other.job.order_key == flight.job.order_key:
                assert flight.job.is_repeat or {other.job.id, flight.job.id} & self.concluded
        self.count += 1
        flight.request_id = f"request {self.count}"
        self.requests[flight.request_id] = Request(flight.job, price)

    def request_of(self, job: Job) -> tuple[str, Request] | None:
        return next(((name, one) for name, one in self.requests.items() if one.job.id == job.id), None)

    # A run

    @rule(slot=slots, content=contents, may_repeat=st.booleans())
    def reserve(self, slot: int, content: str, may_repeat: bool) -> None:
        process, video = self.processes[slot], CONTENTS[content]
        take = self.reader.takes(video).get(content, 1)
        order = f"{content}{take}"
        caps = Caps(video_micro_usd=BUDGET, in_progress=PLACES, repeat_micro_usd=DOLLAR if may_repeat else 0)
        try:
            answer = process.ledger.reserve(
                new_job(order, content_key=content, take=take, video=video, run_id=f"run {slot}"), caps
            )
        except OverBudget:
            assert self.reader.spent_micro_usd(video) + DOLLAR > BUDGET
            return
        if answer.answer == "reserved":
            assert answer.job
            assert self.reader.spent_micro_usd(video) <= BUDGET
            assert self.reader.repeats_micro_usd(video) <= DOLLAR or not answer.job.is_repeat
            process.held[answer.job.id] = answer.job
        elif answer.answer == "no place":
            assert answer.in_progress >= PLACES
        else:
            assert answer.job
            assert (answer.job.state in LIVE) == (answer.answer == "live")
            assert answer.job.state not in FREE

    @precondition(lambda self: self.held(S.RESERVED))
    @rule(pick=picks)
    def begin_submit(self, pick: int) -> None:
        waiting = self.held(S.RESERVED)
        process, job = waiting[pick % len(waiting)]
        del process.held[job.id]
        try:
            process.flights.append(Flight(process.ledger.begin_submit(job)))
        except JobMoved:
            now = self.reader.job(job.id)
            assert now.owner != process.ledger.owner or now.state in FREE

    @precondition(lambda self: self.flights(are_sent=False))
    @rule(
        pick=picks,
        answer=st.sampled_from(["accepted", "accepted", "busy", "refused", "accepted, dropped", "dropped"]),
        price=st.sampled_from([DOLLAR, CHEAP]),
    )
    def post(self, pick: int, answer: str, price: int) -> None:
        """The provider gets the one POST, be its process late or not."""
        waiting = self.flights(are_sent=False)
        _, flight = waiting[pick % len(waiting)]
        flight.answer = answer
        if answer.startswith("accepted"):
            self.accept(flight, price)

    @precondition(lambda self: self.flights(are_sent=True))
    @rule(pick=picks, is_price_told=st.booleans())
    def save(self, pick: int, is_price_told: bool) -> None:
        """The process writes the answer down, however long it has slept."""
        answered = self.flights(are_sent=True)
        process, flight = answered[pick % len(answered)]
        process.flights.remove(flight)
        if flight.answer == "accepted":
            self.save_id(process, flight, is_price_told)
            return
        try:
            if flight.answer == "busy":
                job = process.ledger.back_to_reserved(flight.job, "busy")
            elif flight.answer == "refused":
                job = process.ledger.fail(flight.job, billed="no", cost_micro_usd=0, kind="face", reason="no face")
            else:
                job = process.ledger.note_unknown(flight.job, "dropped")
            process.held[job.id] = job
        except JobMoved:
            assert self.reader.job(flight.job.id).state is not S.SUBMITTING

    def save_id(self, process: Process, flight: Flight, is_price_told: bool) -> None:
        request = self.requests[flight.request_id]
        before = self.reader.job(flight.job.id)
        price = request.price_micro_usd if is_price_told else None
        after = process.ledger.note_accepted(flight.job, ticket(flight.request_id), price)
        assert (after.id, after.request_id) == (flight.job.id, flight.request_id)
        if before.state not in LIVE and before.request_id is None:
            assert before.id in self.concluded | self.spoken
            self.late.add(after.id)
            self.forced_micro_usd[after.video] += max(0, after.charged_micro_usd - before.charged_micro_usd)
        self.saved.add(flight.request_id)
        if after.state is S.SUBMITTED and after.owner == process.ledger.owner:
            process.held[after.id] = after

    @rule(slot=slots, content=contents, ending=st.sampled_from(ENDINGS))
    def run(self, slot: int, content: str, ending: str) -> None:
        """The usual way to a submitted or unknown job, unless the process falls asleep on it."""
        process = self.processes[slot]
        self.reserve(slot, content, True)
        for job in [job for job in process.held.values() if job.state is S.RESERVED][-1:]:
            before = len(process.flights)
            del process.held[job.id]
            try:
                process.flights.append(Flight(process.ledger.begin_submit(job)))
            except JobMoved:
                return
            flight = process.flights[before]
            flight.answer = ending.removesuffix(", asleep")
            if ending.startswith("accepted"):
                self.accept(flight, DOLLAR)
            if ending in ("not sent", "accepted, asleep"):
                return
            process.flights.remove(flight)
            if ending == "accepted":
                self.save_id(process, flight, False)
            else:
                process.ledger.note_unknown(flight.job, "dropped")

    @precondition(lambda self: self.held(S.SUBMITTED))
    @rule(
        pick=picks,
        end=st.sampled_from(["done", "complete", "reject", "no", "assumed", "yes", "lose", "cancel"]),
        is_cost_told=st.booleans(),
    )
    def finish(self, pick: int, end: str, is_cost_told: bool) -> None:
        ours = self.held(S.SUBMITTED)
        process, job = ours[pick % len(ours)]
        found = self.request_of(job)
        assert found
        request, ledger = found[1], process.ledger
        cost = request.price_micro_usd if is_cost_told else None
        steps: dict[str, Any] = {
            "done": lambda: ledger.note_done(job),
            "complete": lambda: ledger.complete(job, cost_micro_usd=cost, clip_sha256="c"),
            "reject": lambda: ledger.reject(job, cost_micro_usd=cost, clip_sha256="c", reason="black"),
            "lose": lambda: ledger.lose(job, "gone"),
            "cancel": lambda: ledger.cancel(job, "stopped"),
        }
        failing = lambda: ledger.fail(job, billed=end, cost_micro_usd=cost, kind="k", reason="r")  # type: ignore[arg-type]  # noqa: E731
        del process.held[job.id]
        try:
            after = steps.get(end, failing)()
        except JobMoved:
            now = self.reader.job(job.id)
            assert (now.owner, now.state) != (ledger.owner, S.SUBMITTED)
            return
        request.is_running = False
        if end in ("no", "cancel"):
            request.is_paid = False
        process.held[job.id] = after

    # Processes that die, sleep, and come again

    @rule(slot=slots)
    def kill(self, slot: int) -> None:
        self.count += 1
        self.processes[slot] = Process(self.opener(f"p{slot}, after {self.count}"))

    @rule(seconds=st.sampled_from([1.0, 31.0, 131.0, 90_000.0]))
    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    @rule(slot=slots, what=st.sampled_from(["beat", "let go", "expire", "release"]))
    def look_after(self, slot: int, what: str) -> None:
        ledger = self.processes[slot].ledger
        steps: dict[str, Any] = {"beat": ledger.beat, "let go": ledger.let_go, "release": ledger.release_stale}
        if what == "expire":
            for job in ledger.expire_submitting(SUBMIT_LASTS_SECONDS):
                assert self.clock.now - job.heartbeat_at > SUBMIT_LASTS_SECONDS
        else:
            steps[what]()

    @precondition(lambda self: any(one.flights for one in self.processes))
    @rule(
        slot=slots,
        pick=picks,
        how=st.sampled_from(["expired", "absent", "absent", "not accepted", "paid"]),
        then=st.sampled_from(["sleeps on", "wakes up", "is too late"]),
    )
    def oversleep(self, slot: int, pick: int, how: str, then: str) -> None:
        """A process sleeps in the middle of its POST, while others conclude what became of it, and may order anew."""
        flying = self.flights(are_sent=True) + self.flights(are_sent=False)
        sleeper, flight = flying[pick % len(flying)]
        self.clock.sleep(SUBMIT_LASTS_SECONDS + 1)
        self.conclude(self.processes[slot].ledger, flight, how)
        if then == "is too late":
            self.run(slot, flight.job.content_key, "accepted")
        if then != "sleeps on":
            if flight.answer == "not sent":
                flight.answer = "accepted"
                self.accept(flight, CHEAP)
            if flight.answer == "accepted":
                sleeper.flights.remove(flight)
                self.save_id(sleeper, flight, True)

    def conclude(self, ledger: Ledger, flight: Flight, how: str) -> None:
        ledger.expire_submitting(SUBMIT_LASTS_SECONDS)
        job = self.reader.job(flight.job.id)
        if job.state is not S.UNKNOWN or how == "expired":
            return
        if how == "absent":
            ledger.note_absent(ledger.note_absent_look(ledger.note_absent_look(job)), "not listed")
        else:
            ledger.resolve(job.id, paid=how == "paid", by="ann")
        (self.spoken if how == "paid" else self.concluded).add(job.id)

    @precondition(lambda self: self.any_in(S.RESERVED, S.SUBMITTED))
    @rule(slot=slots, pick=picks)
    def take_over(self, slot: int, pick: int) -> None:
        job = self.pick(pick, S.RESERVED, S.SUBMITTED)
        process = self.processes[slot]
        taken = process.ledger.take_over(job) if job else None
        if taken:
            process.held[taken.id] = taken

    # What nobody knows: looked up, or said by a person

    @precondition(lambda self: self.any_in(S.UNKNOWN))
    @rule(slot=slots, pick=picks, list_is_late=st.booleans())
    def look_up(self, slot: int, pick: int, list_is_late: bool) -> None:
        process, job = self.processes[slot], self.pick(pick, S.UNKNOWN)
        assert job
        found = self.request_of(job)
        if found and not list_is_late:
            process.held[job.id] = process.ledger.note_found(job, ticket(found[0]), None)
            self.saved.add(found[0])
            return
        job = process.ledger.note_absent_look(job)
        if job.absent_looks > 1:
            process.ledger.note_absent(job, "not listed")
            self.concluded.add(job.id)

    @precondition(lambda self: self.any_in(S.UNKNOWN, S.FAILED))
    @rule(slot=slots, pick=picks, paid=st.booleans())
    def resolve(self, slot: int, pick: int, paid: bool) -> None:
        job = self.pick(pick, S.UNKNOWN, S.FAILED)
        if job and (job.state is S.UNKNOWN or job.billed == "assumed"):
            self.processes[slot].ledger.resolve(job.id, paid=paid, by="ann")
            (self.spoken if paid else self.concluded).add(job.id)

    @precondition(lambda self: self.any_in(S.REJECTED, S.LOST, S.FAILED, S.COMPLETED))
    @rule(slot=slots, pick=picks)
    def afterwards(self, slot: int, pick: int) -> None:
        """A rejected clip is accepted after all, a lost one is found, a found one is lost."""
        job, ledger = self.pick(pick, S.REJECTED, S.LOST, S.FAILED, S.COMPLETED), self.processes[slot].ledger
        assert job
        if job.state is S.REJECTED:
            after = ledger.accept(job.id, by="ann")
        elif job.state is S.COMPLETED:
            after = ledger.lose(job, "not in the store")
        elif job.request_id and job.billed != "no":
            after = ledger.adopt(job, clip_sha256="c")
        else:
            return
        assert after.charged_micro_usd == job.charged_micro_usd

    @rule(slot=slots, content=contents, is_finished=st.booleans())
    def redo(self, slot: int, content: str, is_finished: bool) -> None:
        video, ledger = CONTENTS[content], self.processes[slot].ledger
        before = self.reader.takes(video).get(content, 1)
        take = ledger.allot_take(video, content, f"redo {self.count}", "ann")
        assert take in (before, before + 1)
        if is_finished:
            ledger.settle_takes(video)

    # What must hold after each of these

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
