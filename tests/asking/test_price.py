"""A person is asked before money is spent, and what was said is what holds."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

from emulators.faults import Rule
from flows.asking.forms import Choice, Word
from flows.asking.words import APPROVAL, BUDGET, PROVIDER, WANTED
from longtake.money import MICRO, usd_text
from tests.asking.desk import LINES, Producer


def test_nothing_is_spent_until_a_yes_and_files_that_change_meanwhile_change_nothing(producer: Producer) -> None:
    asked, paid = producer.paid.asked, producer.paid.paid
    run = producer.start("pinned")
    assert producer.ended(run) == "Suspended", producer.log(run)
    told, schema = producer.form(run)
    (wanted,) = producer.rows(run)
    upper = usd_text(wanted.amount_micro_usd or 0)
    assert told.startswith("Rendering 2 of the 2 clips of pinned (")
    assert f"at fal may cost up to {upper}; nothing is spent yet." in told
    assert list(schema["properties"]) == ["decision", "budget_usd", "provider"]
    assert [field["default"] for field in schema["properties"].values()] == [Choice.STOP, 20, "fal"]
    assert producer.choices(run) == list(Choice)
    producer.has_logged(run, f"Waits for a person: {told}")
    assert producer.resume(run, decision="Whatever")["status"] == "REJECT"
    assert producer.paid.asked == asked, "no provider has heard of it"

    shutil.rmtree(producer.paid.folder / "pinned")
    producer.paid.write("pinned", ["Something else is said now."])
    with ThreadPoolExecutor(2) as hands:
        said = list(hands.map(lambda _: producer.resume(run, decision=Choice.ALL)["status"], range(2)))
    assert sorted(said) == ["ABORT", "ACCEPT"], "of two who resume it, one is heard"
    assert producer.up.ended(run, "Completed", "Failed", "Crashed", "Declined") == "Completed", producer.log(run)
    first_words = {job.first_words.split()[0] for job in producer.paid.jobs("pinned")}
    assert first_words == {line.split()[0] for line in LINES}
    assert producer.paid.paid == paid + 2
    assert [(row.kind, row.value) for row in producer.rows(run)] == [(WANTED, "2 of 2 clips"), (APPROVAL, "yes")]
    assert not list((producer.paid.home / "store").glob(f"**/asked/{run}*")), "what is done with is not kept"


def test_it_asks_the_same_when_nobody_came_in_time_and_anew_after_a_no(producer: Producer) -> None:
    asked = producer.paid.asked
    run = producer.start("declined")
    assert producer.ended(run) == "Suspended"
    producer.set_state(run, "FAILED", "Failed")  # as the server does when its time is over
    assert producer.retry(run) == "Suspended", producer.log(run)
    assert len(producer.rows(run, WANTED)) == 1
    assert producer.resume(run)["status"] == "ACCEPT"
    assert producer.up.ended(run, "Declined", "Completed", "Failed", "Crashed") == "Declined", "no word is a no"
    assert producer.message(run) == "A person said no to the price; nothing was spent. Retry asks again."
    producer.paid.write("declined", ["What is said now is said anew."])
    assert producer.retry(run) == "Suspended"
    assert len(producer.rows(run, WANTED)) == 2
    assert "1 of the 1 clips" in producer.form(run)[0], "after a no the files are read again"
    assert producer.choices(run) == [Choice.STOP, Choice.ALL]
    assert producer.paid.asked == asked
    assert [row.value for row in producer.rows(run, APPROVAL)] == ["no"]


def test_a_budget_and_a_provider_that_were_changed_hold_for_the_run(producer: Producer) -> None:
    fal = producer.paid.emulator.book("fal").paid
    run = producer.start("changed", budget_usd=0.5)
    assert producer.ended(run) == "Suspended"
    needed = producer.rows(run)[0].amount_micro_usd or 0
    assert f"The budget of $0.50 does not cover it: give at least {needed / MICRO:.2f} below." in producer.form(run)[0]
    assert producer.answer(run, Choice.ALL) == "Suspended", "a yes is no budget"
    with producer.paid.faults(Rule(where="job", fault="refused", kind="odd", nth=(1,))):
        assert producer.answer(run, Choice.ALL, budget_usd=2.5, provider="pixazo") == "Suspended", producer.log(run)
    assert "All other clips are settled." in producer.form(run)[0], "of that job's money a person must tell"
    assert producer.answer(run, Word.NOT_ACCEPTED) == "Completed", producer.log(run)
    assert producer.paid.emulator.book("fal").paid == fal
    assert sorted((job.provider, job.state.value) for job in producer.paid.jobs("changed")) == [
        ("pixazo", "completed"),
        ("pixazo", "completed"),
        ("pixazo", "failed"),
    ]
    assert [row.value for row in producer.rows(run, PROVIDER)] == ["pixazo"]
    assert [row.amount_micro_usd for row in producer.rows(run, BUDGET)] == [2_500_000]
    requests = [json.loads(path.read_bytes()) for path in (producer.paid.home / "store").glob("**/requests/*.json")]
    (kept,) = (one["parameters"] for one in requests if one["video"] == "changed")
    assert (kept["provider"], kept["budget_usd"]) == ("pixazo", 2.5), "so that redo and accept mean the same video"


def test_a_word_on_a_terminal_is_enough_and_a_run_that_may_not_ask_ends(producer: Producer) -> None:
    ended = producer.start("terminal", approval="end")
    run = producer.start("terminal")
    assert producer.ended(ended) == "NeedsApproval"
    assert producer.ended(run) == "Suspended"
    producer.paid.type(*producer.message(ended).partition("To allow it: longtake ")[2].split())
    producer.resume(run)
    assert producer.up.ended(run, "Completed", "Declined", "Failed", "Crashed") == "Completed", producer.log(run)
