"""A person's words as rows: written once, all or nothing, and covering what was shown and nothing else."""

from __future__ import annotations

import math

import pytest

from flows.asking.forms import NO_WORD, Answer, Choice
from flows.asking.price import (
    bind_answers,
    first_clip_due,
    hold_to_estimate,
    is_allowed,
    key_of,
    note_answer,
    question,
)
from flows.asking.quote import ESTIMATE_MARGIN, quote_of
from flows.asking.terms import changed_budget_usd, changed_provider
from flows.asking.words import ANSWERED, APPROVAL, WANTED, approve, is_approved, open_rows
from longtake.ledger import Decision, Ledger
from longtake.voices import Unspoken
from tests.asking.story import Story
from tests.ledger.making import DOLLAR, Clock, completed, reserved, submitted

RUN = "this run"
UNSPOKEN = Unspoken(lines=2, characters=200, micro_usd=6_000, voices=("openai:onyx",))


def wanted(story: Story, ledger: Ledger) -> Decision:
    return question(ledger, story.request, story.quote(ledger), RUN)


def said(ledger: Ledger, row: Decision, **words: object) -> bool:
    return note_answer(ledger, row, Answer.model_validate(words), 20, "fal")


def test_of_two_processes_that_heard_an_answer_one_writes_it(story: Story, ledger: Ledger, other: Ledger) -> None:
    row = wanted(story, ledger)
    stale = open_rows(other, RUN, WANTED)[0]
    assert said(ledger, row, decision=Choice.ALL, budget_usd=30)
    assert said(other, stale, decision=Choice.ALL, budget_usd=40)
    assert len(ledger.decisions(kind=APPROVAL)) == 1
    assert changed_budget_usd(ledger, RUN, 20) == 30
    assert changed_budget_usd(ledger, "another run", 20) == 20


def test_the_same_is_asked_once_and_after_its_answer_under_another_key(story: Story, ledger: Ledger) -> None:
    row = wanted(story, ledger)
    assert wanted(story, ledger) == row
    dearer = story.quote(ledger).model_copy(update={"upper_micro_usd": 9 * DOLLAR})
    assert question(ledger, story.request, dearer, RUN).id != row.id
    assert question(ledger, story.request, story.quote(ledger), "another run").id != row.id
    assert not note_answer(ledger, row, NO_WORD, 20, "fal")
    again = wanted(story, ledger)
    assert again.id != row.id
    assert key_of(again) != key_of(row), "else an old answer would be taken for a new one"


def test_an_approval_covers_what_was_shown_and_a_retry_of_it(story: Story, ledger: Ledger, clock: Clock) -> None:
    quote = story.quote(ledger)
    assert said(ledger, wanted(story, ledger), decision=Choice.ALL)
    assert is_allowed(ledger, story.request, quote, 0, RUN)
    clock.sleep(1)
    first, second, _ = story.orders(ledger)
    price = quote.upper_micro_usd // 10
    reserved(ledger, first, reserve_micro_usd=price)
    assert is_allowed(ledger, story.request, story.quote(ledger), 0, RUN), "what was not sent is not counted twice"
    submitted(ledger, second, reserve_micro_usd=price)
    assert is_allowed(ledger, story.request, story.quote(ledger), 0, RUN), "what is in progress is not quoted again"
    completed(ledger, "something else", reserve_micro_usd=quote.upper_micro_usd)
    assert not is_allowed(ledger, story.request, story.quote(ledger), 0, RUN), "what else was spent since is taken off"


def test_a_no_holds_though_the_same_was_allowed_on_a_terminal_meanwhile(
    story: Story, ledger: Ledger, clock: Clock
) -> None:
    row = wanted(story, ledger)
    clock.sleep(1)
    amount, plan = row.amount_micro_usd or 0, row.plan_hash or ""
    approve(ledger, video="talk", subject=row.subject, plan_hash=plan, up_to_micro_usd=amount, by="ann")
    assert not note_answer(ledger, row, Answer(decision=Choice.STOP), 20, "fal")
    assert not is_approved(ledger, "talk", plan, amount)


def test_saying_nothing_is_no_word_when_the_same_was_allowed_on_a_terminal_meanwhile(
    story: Story, ledger: Ledger, clock: Clock
) -> None:
    row = wanted(story, ledger)
    clock.sleep(1)
    amount = row.amount_micro_usd or 0
    plan = row.plan_hash or ""
    approve(ledger, video="talk", subject=row.subject, plan_hash=plan, up_to_micro_usd=amount, by="ann")
    assert note_answer(ledger, row, NO_WORD, 20, "fal")
    assert is_approved(ledger, "talk", plan, amount)
    row = wanted(story, ledger)
    clock.sleep(1)
    assert not note_answer(ledger, row, NO_WORD, 20, "fal"), "an older approval is not an answer to a newer question"
    assert not is_approved(ledger, "talk", plan, 1)


@pytest.mark.parametrize("factor", [0.5, 1, 1.01])
def test_another_provider_is_asked_about_again_when_it_is_dearer(story: Story, ledger: Ledger, factor: float) -> None:
    quote = story.quote(ledger)
    assert said(ledger, wanted(story, ledger), decision=Choice.ALL, provider="pixazo")
    assert changed_provider(ledger, RUN, "fal") == "pixazo"
    assert not is_allowed(ledger, story.request, quote, 0, RUN), "it is of no plan yet"
    elsewhere = quote.model_copy(
        update={
            "upper_micro_usd": int(quote.upper_micro_usd * factor),
            "plan": quote.plan.model_copy(update={"shots": quote.plan.shots[:2]}),
        }
    )
    bind_answers(ledger, story.request, elsewhere, RUN)
    assert is_allowed(ledger, story.request, elsewhere, 0, RUN) is (factor <= 1)
    assert not open_rows(ledger, RUN, ANSWERED)


def test_the_first_clip_is_allowed_alone_and_then_nothing_is_cheap_enough(
    story: Story, ledger: Ledger, clock: Clock
) -> None:
    quote = story.quote(ledger)
    assert said(ledger, wanted(story, ledger), decision=Choice.FIRST_CLIP)
    bind_answers(ledger, story.request, quote, RUN)
    assert first_clip_due(ledger, story.request, quote) == 1
    clock.sleep(1)
    job = submitted(ledger, story.orders(ledger)[0])
    assert first_clip_due(ledger, story.request, story.quote(ledger)) == 1, "it is in progress: it is waited for"
    ledger.complete(job, cost_micro_usd=1, clip_sha256="c1")
    rest = story.quote(ledger)
    assert first_clip_due(ledger, story.request, rest) is None, "however cheap it was, the second is not rendered too"
    assert not is_allowed(ledger, story.request, rest, 100 * DOLLAR, RUN)


def test_the_first_clip_is_not_rendered_when_something_else_was_spent_since(
    story: Story, ledger: Ledger, clock: Clock
) -> None:
    assert said(ledger, wanted(story, ledger), decision=Choice.FIRST_CLIP)
    bind_answers(ledger, story.request, story.quote(ledger), RUN)
    clock.sleep(1)
    completed(ledger, "something else")
    assert first_clip_due(ledger, story.request, story.quote(ledger)) is None


@pytest.mark.parametrize(("dearer", "is_held"), [(1.0, True), (1.14, True), (1.2, False)])
def test_an_answer_to_an_estimate_holds_for_the_plan_that_comes_of_it(
    ledger: Ledger, story: Story, dearer: float, is_held: bool
) -> None:
    planned = story.plan.model_copy(update={"unspoken": UNSPOKEN})
    estimate = quote_of(story.request, planned, ledger, story.store, RUN)
    exact = story.quote(ledger)
    assert estimate
    assert estimate.price_micro_usd == math.ceil(exact.price_micro_usd * ESTIMATE_MARGIN) + UNSPOKEN.micro_usd
    row = question(ledger, story.request, estimate, RUN)
    assert row.value.endswith("clips, estimated")
    assert note_answer(ledger, row, Answer(decision=Choice.ALL), 20.0, "fal")
    bind_answers(ledger, story.request, estimate, RUN)
    assert is_allowed(ledger, story.request, estimate, 0, RUN)
    assert not is_allowed(ledger, story.request, exact, 0, RUN), "the plan is known only when all is spoken"
    upper = round(exact.upper_micro_usd * dearer)
    later = exact.model_copy(update={"upper_micro_usd": upper})
    bind_answers(ledger, story.request, later, RUN)
    assert is_allowed(ledger, story.request, later, 0, RUN) is is_held
    assert not open_rows(ledger, RUN, ANSWERED)


def test_an_approval_of_an_estimate_on_a_terminal_holds_for_the_next_run(ledger: Ledger, story: Story) -> None:
    planned = story.plan.model_copy(update={"unspoken": UNSPOKEN})
    estimate = quote_of(story.request, planned, ledger, story.store, RUN)
    assert estimate
    approve(
        ledger,
        video=story.request.video,
        subject=story.request.key,
        plan_hash=estimate.plan.key,
        up_to_micro_usd=estimate.upper_micro_usd,
        by="somebody",
    )
    assert is_allowed(ledger, story.request, estimate, 0, RUN)
    hold_to_estimate(ledger, story.request, estimate, RUN)
    bind_answers(ledger, story.request, story.quote(ledger), RUN)
    assert is_allowed(ledger, story.request, story.quote(ledger), 0, RUN)
