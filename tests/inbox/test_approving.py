"""What a person allowed covers the plan that was shown, up to its amount, and nothing else."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.asking.price import is_allowed, needs_approval
from flows.asking.quote import read_quote
from flows.asking.words import APPROVAL, WANTED, approve, is_approved
from flows.commands.approval import approve_command
from flows.commands.inbox import inbox_command
from flows.commands.jobs import opened_ledger
from flows.firing.report import Telling
from flows.firing.start import Starter
from flows.request import Request
from longtake.assets import FolderStore
from longtake.errors import LongtakeError, OverBudget, SettingError
from longtake.inbox import Found, Limits, Prepared, open_inbox, prepare_item
from longtake.ledger import Decision, ItemState, Ledger, NewRun
from longtake.settings import load_settings
from tests.ledger.making import DOLLAR, Clock, completed
from tests.paid.shop import write_talk


def allow(ledger: Ledger, usd: float, plan: str = "p1", video: str = "talk") -> None:
    approve(ledger, video=video, subject="r", plan_hash=plan, up_to_micro_usd=int(usd * DOLLAR), by="ann")


def test_an_approval_holds_for_its_plan_up_to_its_amount(ledger: Ledger) -> None:
    assert not is_approved(ledger, "talk", "p1", 1)
    allow(ledger, 3)
    assert is_approved(ledger, "talk", "p1", 3 * DOLLAR)
    assert not is_approved(ledger, "talk", "p1", 3 * DOLLAR + 1)
    assert not is_approved(ledger, "talk", "p2", 1)
    assert not is_approved(ledger, "another", "p1", 1)


def test_what_was_paid_since_is_taken_off_it(ledger: Ledger, clock: Clock) -> None:
    completed(ledger, "o1")
    clock.sleep(1)
    allow(ledger, 3)
    clock.sleep(1)
    completed(ledger, "o2")
    assert is_approved(ledger, "talk", "p1", 2 * DOLLAR)
    assert not is_approved(ledger, "talk", "p1", 2 * DOLLAR + 1), "else a redo would be paid by an old word"


def test_the_last_word_counts(ledger: Ledger) -> None:
    allow(ledger, 3)
    ledger.decide(Decision(kind=APPROVAL, video="talk", subject="r", value="no", plan_hash="p1", by="ann"))
    assert not is_approved(ledger, "talk", "p1", 1)
    allow(ledger, 1)
    assert is_approved(ledger, "talk", "p1", DOLLAR)


@pytest.fixture
def home_ledger() -> Iterator[Ledger]:
    with opened_ledger(load_settings()) as opened:
        yield opened


def found_in(folder: Path, name: str) -> Found:
    settings = load_settings()
    with open_inbox(str(folder), settings.pace) as inbox:
        return next(item for item in inbox.find() if item.name == name)


def prepared(folder: Path, name: str, store: FolderStore, **limits: Any) -> Prepared:
    words = {"provider": "fal", "budget_usd": 20} | limits
    return prepare_item(found_in(folder, name), Limits(**words), str(folder / "o.mp4"), store, load_settings())


def wanted(one: Prepared, above_usd: float, ledger: Ledger, store: FolderStore) -> str | None:
    return wanted_by(Request.from_parameters(one.video, one.storyboard, one.parameters), above_usd, ledger, store)


def wanted_by(request: Request, above_usd: float, ledger: Ledger, store: FolderStore) -> str | None:
    """What a run that cannot ask tells of such a request; None when it may render."""
    quote = asyncio.run(read_quote(request, ledger, store))
    above = int(above_usd * DOLLAR)
    if quote is None or is_allowed(ledger, request, quote, above, "this run"):
        return None
    return needs_approval(ledger, request, quote, above, "run 1")


def test_a_run_asks_only_above_the_amount_and_the_command_answers(
    home_ledger: Ledger, store: FolderStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_talk(tmp_path, "dear", ["Good morning to all of you."])
    one = prepared(tmp_path, "dear", store)
    assert wanted(one, 20, home_ledger, store) is None
    repeating = Request.from_parameters(one.video, one.storyboard, one.parameters | {"max_repeat_usd": 20})
    assert wanted_by(repeating, 20, home_ledger, store), "it may be paid twice"
    with pytest.raises(SettingError, match="no run of 'other' has asked"):
        approve_command("other", 5)
    text = wanted(one, 0, home_ledger, store)
    assert text
    assert "1 of 1 clips" in text
    asked = home_ledger.decisions(kind=WANTED)[0]
    with pytest.raises(SettingError, match="1 of 1 clips may cost up to"):
        approve_command("dear", (asked.amount_micro_usd or 0) / DOLLAR - 0.01)
    for odd in (0, -1, float("inf"), float("nan")):
        with pytest.raises(SettingError, match="no amount of money"):
            approve_command("dear", odd)
    approve_command("dear", float(text.rpartition(" ")[2]))
    assert "1 of 1 clips of dear may cost up to $" in capsys.readouterr().out
    assert wanted(one, 0, home_ledger, store) is None

    write_talk(tmp_path, "dear", ["Good morning to all of you. And one sentence more."])
    assert wanted(prepared(tmp_path, "dear", store), 0, home_ledger, store), "another plan"
    with pytest.raises(OverBudget, match="the budget of 'dear' does not cover it"):
        wanted(prepared(tmp_path, "dear", store, budget_usd=0.1), 0, home_ledger, store)


def starter(folder: Path, ledger: Ledger, store: FolderStore, inbox: Any, names: list[str]) -> Starter:
    found = {name: found_in(folder, name) for name in names}
    look = ledger.items.see(inbox.address, {name: one.stamp for name, one in found.items()})
    limits = Limits(provider="fal", budget_usd=20)
    return Starter(inbox, limits, None, uuid.uuid4(), store, ledger, load_settings(), look.now, found, dict(look.items))


def test_what_does_not_fit_into_the_day_waits_for_the_next(
    home_ledger: Ledger, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings()
    for name in ("one", "two"):
        write_talk(tmp_path, name, [f"Good morning to all of you, says number {name}."])
    cost = _cost(prepared(tmp_path, "one", store), home_ledger, store)
    monkeypatch.setenv("LONGTAKE_DAILY_CAP_USD", str(1.5 * cost / DOLLAR))
    with open_inbox(str(tmp_path), settings.pace) as inbox:
        firing = starter(tmp_path, home_ledger, store, inbox, ["one", "two"])
        run = NewRun(stamp="s", content_hash="c", video="one", parameters=json.dumps({}), cost_micro_usd=cost)
        claimed = home_ledger.items.claim(firing.items["one"], run)
        assert claimed
        firing.items["one"] = claimed
        telling = Telling(inbox.address)
        asyncio.run(firing.start(firing.items["two"], "look", telling))
        (told,) = telling.report(home_ledger.items.read(inbox.address), firing.found).waiting
        assert "is spent or spoken for; it waits for tomorrow" in told.text, "the first has reserved nothing yet"
        row = home_ledger.items.read(inbox.address).items["two"]
        assert (row.state, row.attempt) == (ItemState.SEEN, 0)
        assert firing.now < (row.not_before or 0) <= firing.now + 24 * 3600

        monkeypatch.setenv("LONGTAKE_DAILY_CAP_USD", str(0.5 * cost / DOLLAR))
        firing = starter(tmp_path, home_ledger, store, inbox, ["two"])
        telling = Telling(inbox.address)
        asyncio.run(firing.start(firing.items["two"], "look", telling))
        (refused,) = telling.report(home_ledger.items.read(inbox.address), firing.found).newly_refused
        assert "more than a whole day's cap" in refused.text


def _cost(one: Prepared, ledger: Ledger, store: FolderStore) -> int:
    assert wanted(one, 0, ledger, store)
    return ledger.decisions(kind=WANTED)[0].amount_micro_usd or 0


def test_an_item_that_is_another_ones_video_is_refused_unless_that_one_is_gone(
    home_ledger: Ledger, store: FolderStore, tmp_path: Path
) -> None:
    write_talk(tmp_path, "one", ["Good morning to all of you."])
    (tmp_path / "copy.md").write_text((tmp_path / "one.md").read_text())
    with open_inbox(str(tmp_path), load_settings().pace) as inbox:
        firing = starter(tmp_path, home_ledger, store, inbox, ["copy", "one"])
        firing.items["one"] = firing.items["one"].model_copy(update={"video": "one", "state": ItemState.FINISHED})
        telling = Telling(inbox.address)
        asyncio.run(firing.start(firing.items["copy"], "look", telling))
        (refused,) = telling.report(home_ledger.items.read(inbox.address), firing.found).newly_refused
        assert "'one' is the video of the item 'one' already" in refused.text
        renamed = dataclasses.replace(firing, found={"copy": firing.found["copy"]})
        assert renamed._prepared(firing.found["copy"]).video == "one"
        firing.items["one"] = firing.items["one"].model_copy(update={"state": ItemState.STARTED})
        with pytest.raises(LongtakeError, match="a run of 'one' goes on"):
            renamed._prepared(firing.found["copy"])


def test_another_budget_starts_what_failed_and_not_what_is_finished(
    home_ledger: Ledger, store: FolderStore, tmp_path: Path
) -> None:
    write_talk(tmp_path, "one", ["Good morning to all of you."])
    first = prepared(tmp_path, "one", store)
    seen = home_ledger.items.see("/in", {"one": "s1"}).items["one"]
    run = NewRun(stamp="s1", content_hash=first.content_hash, video="one", parameters=first.parameters_json)
    claimed = home_ledger.items.claim(seen, run)
    assert claimed
    more = prepared(tmp_path, "one", store, budget_usd=30)
    other = prepared(tmp_path, "one", store, provider="pixazo")
    for state, settled in ((ItemState.FINISHED, True), (ItemState.FAILED, False)):
        ended = claimed.model_copy(update={"state": state})
        assert first.is_settled_by(ended)
        assert more.is_settled_by(ended) is settled
        assert not other.is_settled_by(ended)


def test_the_command_shows_what_would_be_done(
    store: FolderStore, home_ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox_command(str(tmp_path), dry_run=False, again=None)
    assert capsys.readouterr().out == "nothing lies there\n"
    write_talk(tmp_path, "one", ["Good morning to all of you."])
    (tmp_path / "one.item.yaml").write_text("provider: fal")
    (tmp_path / "broken.md").write_text("---\nspeakers: [\n---\n")
    stamps = {name: found_in(tmp_path, name).stamp for name in ("one", "broken")}
    home_ledger.items.see(str(tmp_path), stamps)
    inbox_command(str(tmp_path), dry_run=True, again=None)
    shown = capsys.readouterr().out
    assert "counts once its files" in shown
    with pytest.raises(SettingError, match="no item 'one' was ever started"):
        inbox_command(str(tmp_path), dry_run=False, again="one")
    item = home_ledger.items.read(str(tmp_path)).items["one"]
    assert home_ledger.items.refuse(item, stamps["one"], "a paid provider needs a budget")
    inbox_command(str(tmp_path), dry_run=True, again="one")
    shown = capsys.readouterr().out
    assert "is started again" in shown
    assert "budget" in shown
