"""Three processes, a provider and a person, who do to one ledger whatever they may, in any order."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from longtake.errors import JobMoved, OverBudget
from longtake.ledger import LIVE, Caps, Ledger
from longtake.ledger.states import FREE
from tests.ledger.books import BUDGET, CHEAP, CONTENTS, PLACES, Books, Flight, Process, S
from tests.ledger.making import DOLLAR, new_job, ticket

SUBMIT_LASTS_SECONDS = 130.0
ENDINGS = ("accepted", "accepted", "dropped", "accepted, dropped", "not sent", "accepted, asleep", "accepted, asleep")

slots = st.integers(0, 2)
picks = st.integers(0, 10_000)
contents = st.sampled_from(sorted(CONTENTS))


class LedgerMachine(Books):
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
