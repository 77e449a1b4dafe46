"""Jobs in every state, a clock that is told the time, and processes that come and go."""

from __future__ import annotations

import uuid
from typing import Any

from longtake.ledger import Caps, Job, JobState, Ledger, NewJob, NewSpeech, open_ledger
from longtake.providers import Ticket

DOLLAR = 1_000_000
CAPS = Caps(video_micro_usd=1000 * DOLLAR, in_progress=100)
START = 1_790_000_000.0
STALE_SECONDS = 30.0


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Opener:
    """Opens one ledger for several processes, told apart by their owner's name."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._ledgers: list[Ledger] = []

    def __call__(self, owner: str, **words: Any) -> Ledger:
        words = {"clock": self._clock, "stale_after_seconds": STALE_SECONDS, **words}
        ledger = open_ledger(self._url, owner=owner, **words)
        self._ledgers.append(ledger)
        return ledger

    def close(self) -> None:
        for ledger in self._ledgers:
            ledger.dispose()


def new_job(order: str | None = None, **fields: Any) -> NewJob:
    """A job that costs a dollar at most; of an order of its own unless one is named."""
    order = order or uuid.uuid4().hex
    known: dict[str, Any] = {
        "order_key": order,
        "content_key": order,
        "take": 1,
        "video": "talk",
        "run_id": "run",
        "clip": "007",
        "start_seconds": 120.0,
        "end_seconds": 145.0,
        "first_words": "It was a dark",
        "provider": "fal",
        "account": "fal:1a2b",
        "model": "omnihuman-1.5",
        "endpoint": "fal-ai/bytedance/omnihuman/v1.5",
        "resolution": "720p",
        "sent_seconds": 25.0,
        "reserve_micro_usd": DOLLAR,
        "inputs": ("aa", "bb"),
        "order_json": '{"take": 1}',
    }
    return NewJob(**{**known, **fields})


def ticket(request_id: str | None = None) -> Ticket:
    return Ticket(
        request_id=request_id or f"request-{uuid.uuid4().hex}",
        endpoint="fal-ai/bytedance/omnihuman/v1.5",
        status_url="https://queue.fal.run/status",
    )


def reserved(ledger: Ledger, order: str | None = None, caps: Caps = CAPS, **fields: Any) -> Job:
    answer = ledger.reserve(new_job(order, **fields), caps)
    assert answer.answer == "reserved"
    assert answer.job
    return answer.job


def submitting(ledger: Ledger, order: str | None = None, **fields: Any) -> Job:
    return ledger.begin_submit(reserved(ledger, order, **fields))


def submitted(ledger: Ledger, order: str | None = None, **fields: Any) -> Job:
    return ledger.note_accepted(submitting(ledger, order, **fields), ticket(), None)


def unknown(ledger: Ledger, order: str | None = None, **fields: Any) -> Job:
    return ledger.note_unknown(submitting(ledger, order, **fields), "the answer was lost")


def completed(ledger: Ledger, order: str | None = None, **fields: Any) -> Job:
    return ledger.complete(submitted(ledger, order, **fields), cost_micro_usd=None, clip_sha256="c1")


def rejected(ledger: Ledger, order: str | None = None, **fields: Any) -> Job:
    job = submitted(ledger, order, **fields)
    return ledger.reject(job, cost_micro_usd=None, clip_sha256="c1", reason="it is black")


def failed(ledger: Ledger, order: str | None = None, billed: Any = "assumed", **fields: Any) -> Job:
    job = submitted(ledger, order, **fields)
    return ledger.fail(job, billed=billed, cost_micro_usd=None, kind="internal_error", reason="it broke")


def lost(ledger: Ledger, order: str | None = None, **fields: Any) -> Job:
    return ledger.lose(submitted(ledger, order, **fields), "its result is gone")


def in_state(ledger: Ledger, state: JobState, order: str | None = None) -> Job:
    """A new job of this ledger's owner, brought to the state on its usual way."""
    makers = {
        JobState.RESERVED: reserved,
        JobState.SUBMITTING: submitting,
        JobState.SUBMITTED: submitted,
        JobState.UNKNOWN: unknown,
        JobState.COMPLETED: completed,
        JobState.REJECTED: rejected,
        JobState.FAILED: failed,
        JobState.LOST: lost,
    }
    if state is JobState.RELEASED:
        return ledger.release(reserved(ledger, order), "not wanted")
    if state is JobState.CANCELLED:
        return ledger.cancel(submitted(ledger, order), "stopped")
    if state is JobState.ACCEPTED:
        return ledger.accept(rejected(ledger, order).id, by="ann")
    return makers[state](ledger, order)


def new_speech(text: str = "a text", **fields: Any) -> NewSpeech:
    """A request that costs 2,000 micro-dollars."""
    known: dict[str, Any] = {
        "text_key": text,
        "video": "talk",
        "run_id": "run",
        "provider": "openai",
        "account": "openai:1a2b",
        "model": "tts-1",
        "voice": "openai:onyx",
        "characters": 100,
        "first_words": text,
        "reserve_micro_usd": 2_000,
    }
    return NewSpeech(**(known | fields))
