"""Whether a run may spend what its plan costs: by what it may without a person, by a person's word, or by asking."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from flows.asking.forms import Answer, Choice
from flows.asking.quote import Quote, cents_text, price_of
from flows.asking.words import (
    ANSWERED,
    APPROVAL,
    BUDGET,
    FIRST_CLIP,
    IN_THE_UI,
    NO,
    PROVIDER,
    WANTED,
    YES,
    covers,
    is_approved,
    last_word,
    open_rows,
)
from flows.request import Request
from longtake.errors import OverBudget
from longtake.ledger import Decision, Ledger
from longtake.money import micro_usd, usd_text

_ONE_CLIP = "clip "
"""An approval's value begins so when it is for one clip alone; its number follows."""


ESTIMATED = "estimated"
"""A question's value ends so while paid voices have still to speak: its plan is not yet the one to be rendered."""


def is_allowed(ledger: Ledger, request: Request, quote: Quote, above_micro_usd: int, run_id: str) -> bool:
    """Whether the run may spend: the budget covers it, and either it is cheap enough or a person has allowed it.

    After a first clip that was to be seen, no price is cheap enough.
    """
    if not is_in_budget(request, quote):
        return False
    is_cheap = quote.upper_micro_usd <= above_micro_usd and first_clip(ledger, request, quote) is None
    if quote.is_estimate and any(row.value == YES for row in open_rows(ledger, run_id, ANSWERED)):
        return True
    return is_cheap or is_approved(ledger, request.video, quote.plan.key, quote.upper_micro_usd)


def hold_to_estimate(ledger: Ledger, request: Request, quote: Quote, run_id: str) -> None:
    """Make an approval of an estimate, given elsewhere, one of the plan that will come of it."""
    word = last_word(ledger, request.video, quote.plan.key)
    if word and word.value == YES and not open_rows(ledger, run_id, ANSWERED):
        ledger.decide(word.model_copy(update={"kind": ANSWERED, "run_id": run_id, "plan_hash": None}))


def is_in_budget(request: Request, quote: Quote) -> bool:
    """Whether the video's budget covers the plan."""
    return quote.needed_micro_usd <= (request.spending.budget_micro_usd or 0)


def needs_approval(ledger: Ledger, request: Request, quote: Quote, above_micro_usd: int, run_id: str) -> str:
    """What to tell a person who must approve the video elsewhere. Writes down what is wanted.

    Raises OverBudget when the video's budget does not cover it: then an approval would be of no use.
    """
    if not is_in_budget(request, quote):
        raise OverBudget(
            f"{_what(quote)} may cost up to {usd_text(quote.price_micro_usd)}, and "
            f"the budget of {request.video!r} does not cover it: it takes {cents_text(quote.needed_micro_usd)}. "
            "Nothing was spent."
        )
    ledger.decide(_wanted(request, quote, run_id))
    upper = quote.upper_micro_usd
    return (
        f"{request.video}: {quote.text}, may cost up to {usd_text(upper)}, and {usd_text(above_micro_usd)} may be "
        "spent without a person. Nothing was spent. To allow it: "
        f"longtake approve {shlex.quote(request.video)} --up-to {cents_text(upper)}"
    )


def question(ledger: Ledger, request: Request, quote: Quote, run_id: str) -> Decision:
    """The row of what the run asks about this quote: the one that is open, so that it never asks twice for the same."""
    wanted = _wanted(request, quote, run_id)
    same = (wanted.plan_hash, wanted.amount_micro_usd)
    known = (row for row in open_rows(ledger, run_id, WANTED) if (row.plan_hash, row.amount_micro_usd) == same)
    return next(known, None) or ledger.decide(wanted)


def key_of(row: Decision) -> str:
    """The key of the suspension that a question is asked in. After an answer, the same question has another."""
    return f"{(row.plan_hash or '')[:16]}-{row.amount_micro_usd}-{row.id[:8]}"


def _wanted(request: Request, quote: Quote, run_id: str) -> Decision:
    return Decision(
        kind=WANTED,
        video=request.video,
        subject=request.key,
        value=_what(quote) + (f", {ESTIMATED}" if quote.is_estimate else ""),
        amount_micro_usd=quote.upper_micro_usd,
        plan_hash=quote.plan.key,
        run_id=run_id,
        by="run",
    )


def _what(quote: Quote) -> str:
    return f"{len(quote.due)} of {len(quote.plan.shots)} clips" if quote.due else "the voices of a preview"


def note_answer(ledger: Ledger, row: Decision, answer: Answer, budget_usd: float | None, provider: str) -> bool:
    """Write down what a person has answered; False for a no. `budget_usd` and `provider` are what holds now.

    All rows are written at once: a process that dies here has heard all of it, or nothing. Saying nothing is a no,
    unless the same was allowed on a terminal meanwhile.
    """
    says_yes = answer.decision in (Choice.ALL, Choice.FIRST_CLIP)
    word = last_word(ledger, row.video, row.plan_hash or "")
    if not answer.decision and word and word.created_at > row.created_at and word.value == YES:
        ledger.settle(row)
        return True
    ledger.settle(row, *(_allowed(row, answer, budget_usd, provider) if says_yes else [_said(row, value=NO)]))
    return says_yes


def _allowed(row: Decision, answer: Answer, budget_usd: float | None, provider: str) -> Iterable[Decision]:
    if answer.budget_usd is not None and answer.budget_usd != budget_usd:
        amount = micro_usd(answer.budget_usd)
        yield _said(row, kind=BUDGET, value=usd_text(amount), amount_micro_usd=amount, plan_hash=None)
    is_elsewhere = answer.provider not in (None, provider)
    if answer.provider and is_elsewhere:
        yield _said(row, kind=PROVIDER, value=answer.provider, amount_micro_usd=None, plan_hash=None)
    if answer.decision == Choice.FIRST_CLIP:
        yield _said(row, kind=ANSWERED, value=FIRST_CLIP)
    else:
        is_unbound = is_elsewhere or row.value.endswith(ESTIMATED)
        yield _said(row, kind=ANSWERED if is_unbound else APPROVAL, value=YES)


def bind_answers(ledger: Ledger, request: Request, quote: Quote, run_id: str) -> None:
    """Make an answer about the first clip, or about another provider, an approval of the plan as it is now.

    It is void when the price is above the one that was answered: then it is asked again. As long as the plan is an
    estimate, the answer waits for the plan that comes of it.
    """
    for row in open_rows(ledger, run_id, ANSWERED):
        if not covers(ledger, row, quote.upper_micro_usd):
            ledger.settle(row)
            continue
        if quote.is_estimate:
            continue
        first = quote.due[0]
        price = price_of((first,), request)
        if price is None:
            ledger.settle(row)
        elif row.value == FIRST_CLIP:
            value = f"{_ONE_CLIP}{first.number}"
            ledger.settle(row, _said(row, value=value, amount_micro_usd=price, plan_hash=quote.plan.key))
        else:
            ledger.settle(row, _said(row, value=row.value, plan_hash=quote.plan.key))


def first_clip(ledger: Ledger, request: Request, quote: Quote) -> int | None:
    """The number of the clip that is to be seen before the others are paid."""
    word = last_word(ledger, request.video, quote.plan.key)
    return int(word.value.removeprefix(_ONE_CLIP)) if word and word.value.startswith(_ONE_CLIP) else None


def first_clip_due(ledger: Ledger, request: Request, quote: Quote) -> int | None:
    """The number of the clip that may be rendered alone: allowed, not there yet, and nothing was spent in its place."""
    word = last_word(ledger, request.video, quote.plan.key)
    number = first_clip(ledger, request, quote)
    if word is None or number is None or number in quote.in_progress:
        return number
    shot = quote.shot(number)
    price = price_of((shot,), request) if shot else None
    return number if price is not None and covers(ledger, word, price) else None


def _said(row: Decision, *, kind: str = APPROVAL, value: str, **changes: object) -> Decision:
    """What a person has said to a question. Its subject is the request's key; that of a change, its run."""
    subject = row.subject if kind in (APPROVAL, ANSWERED) else row.run_id
    return row.model_copy(update={"kind": kind, "value": value, "subject": subject, "by": IN_THE_UI, **changes})
