"""What voices cost: one row for each request that may be charged, written before it is sent.

A request is over when its answer comes, and no provider gives the same answer twice. So a row has one step: from
`sending` to what became of it. One whose process died stays in that state, and counts as what it may have cost.
"""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Literal

from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, insert, select, update

from longtake.errors import JobMoved
from longtake.frozen import Frozen
from longtake.ledger.caps import check_caps
from longtake.ledger.hands import is_silent
from longtake.ledger.jobs import Caps
from longtake.ledger.locks import lock_caps, lock_name
from longtake.ledger.rows import LONGEST_REASON
from longtake.ledger.tables import speech
from longtake.ledger.transaction import Transaction


class SpeechState(StrEnum):
    """What became of a request to a voice."""

    SENDING = "sending"
    """It may be on its way. When its process has gone silent, nobody knows what became of it."""
    SPOKEN = "spoken"
    """Its sound is in the store."""
    REFUSED = "refused"
    """It was surely not charged."""
    UNKNOWN = "unknown"
    """It may have been charged, and gave no sound."""
    WASTED = "wasted"
    """It was charged, and what came has no sound in it."""


class NewSpeech(Frozen):
    """A request to a voice that is to be sent."""

    text_key: str = Field(description="Stands for the text and all that determines its sound.")
    video: str
    run_id: str
    provider: str
    account: str = Field(description="Whose places and money it takes; tells no key.")
    model: str
    voice: str
    characters: int = Field(gt=0, description="As they are charged.")
    first_words: str
    reserve_micro_usd: int = Field(ge=0, description="The highest price that it may have.")


class SpeechRequest(NewSpeech):
    """A request to a voice as it stands in the ledger. Times are seconds since 1970."""

    id: str
    state: SpeechState
    owner: str = Field(description="The process that sent it.")
    heartbeat_at: float = Field(description="When its owner last said that it lives.")
    created_at: float
    ended_at: float | None
    day: str
    charged_micro_usd: int
    reason: str


class SpeechAnswer(Frozen):
    """The answer to a wish to send.

    go: the request is written down, and may be sent. wait: a living process is sending the same. no place: the account
    has as many requests on their way as it may. enough: this process has asked so often, and got no sound.
    """

    answer: Literal["go", "wait", "no place", "enough"]
    request: SpeechRequest | None = None


_IN_VAIN = speech.c.state.in_([SpeechState.SENDING, SpeechState.UNKNOWN, SpeechState.WASTED])


def begin(
    transaction: Transaction, new: NewSpeech, caps: Caps, *, stale_after_seconds: float, most_tries: int
) -> SpeechAnswer:
    """Write a request down before it is sent, or tell why it must not be. Raises OverBudget."""
    lock_name(transaction, f"speech:{new.text_key}")
    lock_caps(transaction, f"account:{new.account}", f"day:{transaction.today}", f"video:{new.video}")
    same = speech.c.text_key == new.text_key
    if _count(transaction, same, _is_on_its_way(transaction, stale_after_seconds)):
        return SpeechAnswer(answer="wait")
    if _count(transaction, same, speech.c.owner == transaction.owner, _IN_VAIN) >= most_tries:
        return SpeechAnswer(answer="enough")
    of_account = speech.c.account == new.account
    if _count(transaction, of_account, _is_on_its_way(transaction, stale_after_seconds)) >= caps.in_progress:
        return SpeechAnswer(answer="no place")
    what = f"{new.characters:,} characters of speech"
    check_caps(transaction, caps, video=new.video, price_micro_usd=new.reserve_micro_usd, what=what)
    return SpeechAnswer(answer="go", request=_insert(transaction, new))


def end(
    transaction: Transaction, request: SpeechRequest, state: SpeechState, *, charged_micro_usd: int, reason: str
) -> SpeechRequest:
    """Write down what became of a request. Raises JobMoved when that was written before."""
    step = (
        update(speech)
        .where(speech.c.id == request.id, speech.c.state == SpeechState.SENDING)
        .values(
            state=state.value,
            charged_micro_usd=charged_micro_usd,
            reason=reason[:LONGEST_REASON],
            ended_at=transaction.now,
        )
    )
    if transaction.connection.execute(step).rowcount != 1:
        raise JobMoved(f"the request {request.id[:8]} to {request.provider} has ended before")
    return find(transaction, speech.c.id == request.id)[0]


def beat(transaction: Transaction) -> int:
    """Tell that this process lives; the number of its requests that are on their way."""
    mine = update(speech).where(speech.c.state == SpeechState.SENDING, speech.c.owner == transaction.owner)
    return transaction.connection.execute(mine.values(heartbeat_at=transaction.now)).rowcount


def find(transaction: Transaction, *conditions: ColumnElement[bool]) -> tuple[SpeechRequest, ...]:
    """The requests that meet all conditions, the newest first."""
    query = select(speech).where(*conditions).order_by(speech.c.number.desc())
    rows = transaction.connection.execute(query).mappings()
    return tuple(SpeechRequest.model_validate({name: row[name] for name in SpeechRequest.model_fields}) for row in rows)


def _insert(transaction: Transaction, new: NewSpeech) -> SpeechRequest:
    row = {
        **new.model_dump(),
        "id": uuid.uuid4().hex,
        "state": SpeechState.SENDING.value,
        "owner": transaction.owner,
        "heartbeat_at": transaction.now,
        "created_at": transaction.now,
        "day": transaction.today,
        "charged_micro_usd": new.reserve_micro_usd,
        "reason": "",
    }
    transaction.connection.execute(insert(speech).values(row))
    return SpeechRequest.model_validate({**row, "ended_at": None})


def _is_on_its_way(transaction: Transaction, stale_after_seconds: float) -> ColumnElement[bool]:
    return and_(speech.c.state == SpeechState.SENDING, ~is_silent(transaction, speech, stale_after_seconds))


def _count(transaction: Transaction, *conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(speech).where(*conditions)
    return int(transaction.connection.execute(query).scalar_one())
