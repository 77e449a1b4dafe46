"""The page of a plan: of a real one, of a very long one, and of one whose words are hostile."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from flows.pages.plan_page import MOST_ROWS, PlanFacts, plan_text, slots_table
from flows.request import Request
from longtake.assets import FolderStore
from longtake.finish import Finish
from longtake.options import RenderOptions
from longtake.pictures import portrait_sheet, portraits_of
from longtake.pictures.preview_video import PreviewVideo, find_preview, preview_video
from longtake.probe import probe_clip
from tests.command_line import small_talk
from tests.pages.shots import asset, facts_of, shots_of
from tests.pages.test_markdown import HOSTILE

DOOR = "https://files.example.com"


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGTAKE_DOOR_URL", DOOR)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[PlanFacts, Request, FolderStore]:
    """The plan of a real script for a paid provider."""
    folder = tmp_path_factory.mktemp("planned")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LONGTAKE_HOME", str(folder / "home"))
        patch.setenv("FAL_KEY", "key")
        words = {"provider": "fal", "model": "omnihuman-1.5", "resolution": "auto", "turbo": False, "shape": "own"}
        more = {"fit": "contain", "loudness": "podcast", "reencode": False, "budget": 20.0}
        request = Request.from_words(script=small_talk(folder / "talk"), output=None, **words, **more)
        store = FolderStore(folder / "store")
        plan = asyncio.run(request.plan(store, {}))
    board = request.storyboard
    facts = PlanFacts(board, plan.video, request.options, request.spending, plan.shots, plan.estimates, plan.shots)
    return facts, request, store


def rows_of(text: str, head: str) -> list[list[str]]:
    """The cells, as a person reads them, of the table whose first head is this."""
    tables: list[list[list[str]]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type == "inline" and tables and token.level > 2:
            assert all(child.type in ("text", "text_special", "strong_open", "strong_close", "link_open", "link_close")
                       for child in token.children or []), token.content  # fmt: skip
            tables[-1][-1].append("".join(child.content for child in token.children or []))
    (found,) = (table for table in tables if table[0][0] == head)
    return found


@pytest.mark.usefixtures("door")
def test_a_real_plan_tells_its_slots_its_price_and_its_portraits(
    planned: tuple[PlanFacts, Request, FolderStore],
) -> None:
    facts, _, store = planned
    sheet = portrait_sheet(portraits_of(facts.shots), store)
    slots = store.put(slots_table(facts), suffix=".csv")
    text = plan_text(replace(facts, portraits=sheet, slots=slots))
    assert text.startswith("# Small talk\n")
    assert "Around and over it" not in text
    burnt = replace(facts, finish=Finish(is_burnt=True))
    assert "Around and over it: captions drawn in; all of it is encoded anew" in plan_text(burnt)
    clips = rows_of(text, "clip")
    assert [row[0] for row in clips] == ["clip", "001", "002", "003"]
    assert [row[4] for row in clips[1:]] == ["Ada", "Ben", "Ada"]
    assert clips[1][1] == "0:00:00.00"
    assert clips[1][3].endswith(" s: another speaker")
    assert clips[2][3].endswith(" s: a new scene")
    assert clips[3][3] == "the end"
    assert clips[1][5].startswith("Good morning")
    prices = rows_of(text, "provider")
    assert prices[1][0] == "fal (chosen)"
    assert f"for at most **{prices[1][1]}**, of a budget of $20.00" in text
    assert sheet is not None
    assert f"![The portraits]({DOOR}/asset/{sheet.address.removeprefix('asset:')})" in text
    assert f"]({DOOR}/asset/{slots.address.removeprefix('asset:')})" in text
    table = list(csv.DictReader(io.StringIO(slots_table(facts).decode())))
    assert [row["seconds"] for row in table] == [f"{shot.seconds:.2f}" for shot in facts.shots]


def test_without_a_door_there_are_addresses_and_no_links(planned: tuple[PlanFacts, Request, FolderStore]) -> None:
    facts, _, store = planned
    sheet = portrait_sheet(portraits_of(facts.shots), store)
    assert sheet is not None
    text = plan_text(replace(facts, portraits=sheet, slots=asset(3, ".csv")))
    assert "](" not in text
    assert f"`{sheet.address}`" in text
    assert f"`{asset(3, '.csv').address}`" in text


def test_a_preview_of_the_plan_has_its_length_and_is_found_again(
    planned: tuple[PlanFacts, Request, FolderStore],
) -> None:
    facts, request, store = planned
    from longtake.inputs import pin_inputs

    assert find_preview(facts.options, facts.shots, store) is None
    pinned = pin_inputs(request.storyboard, store)
    made = asyncio.run(preview_video(pinned, facts.options, facts.video, facts.shots, store))
    assert made.is_whole
    with store.local(made.asset) as path:
        shape = probe_clip(path)
    assert shape.frames == facts.shots[-1].end_frame
    assert (shape.width, shape.height, shape.has_audio) == (1280, 720, True)
    assert find_preview(facts.options, facts.shots, store) == made
    again = asyncio.run(request.plan(store, {}))
    assert again.rendered == 0, "a preview is never taken for a provider's clip"
    assert "the same sound, the same cuts" in plan_text(replace(facts, preview=made))


def test_of_a_long_plan_a_preview_of_the_opening_is_drawn(
    planned: tuple[PlanFacts, Request, FolderStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, request, store = planned
    from longtake.inputs import pin_inputs
    from longtake.pictures import preview_video as room

    monkeypatch.setattr(room, "WHOLE_SECONDS", facts.seconds - 1)
    monkeypatch.setattr(room, "OPENING_SECONDS", facts.shots[1].end_frame / 25)
    pinned = pin_inputs(request.storyboard, store)
    made = asyncio.run(preview_video(pinned, facts.options, facts.video, facts.shots, store))
    assert not made.is_whole
    with store.local(made.asset) as path:
        assert probe_clip(path).frames == facts.shots[1].end_frame
    assert "the first " in plan_text(replace(facts, preview=made))


@pytest.mark.usefixtures("door")
def test_twelve_hundred_slots_fit_on_a_page() -> None:
    shots = shots_of(1200, words="|" * 60, speaker="<b>" * 30, rendered=300)
    facts = replace(facts_of(shots), slots=asset(3, ".csv"), portraits=asset(4, ".jpg"))
    text = plan_text(facts)
    assert len(text.encode()) < 40_000
    assert len(rows_of(text, "clip")) == 1 + MOST_ROWS
    assert f"and {1200 - MOST_ROWS} more: [all clips as a table (CSV)](" in text
    assert "of which 300 are rendered already and cost nothing" in text
    assert "To be paid: **900 clips**" in text
    assert len(slots_table(facts).decode().splitlines()) == 1201


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(hostile: str) -> None:
    facts = facts_of(shots_of(2, words=hostile, speaker=hostile), title=hostile or "x")
    text = plan_text(replace(facts, portraits=asset(4, ".jpg")))
    assert [len(row) for row in rows_of(text, "clip")] == [7, 7, 7]
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert [token.type for token in tokens].count("heading_open") == 2
    children = [child for token in tokens for child in token.children or []]
    assert not [token for token in (*tokens, *children) if token.type.startswith("html")]
    addresses = [child.attrs.get("href") or child.attrs.get("src") for child in children if child.attrs]
    assert all(str(address).startswith(f"{DOOR}/asset/") for address in addresses)


def test_a_preview_run_says_that_it_costs_nothing() -> None:
    text = plan_text(facts_of(shots_of(3), options=RenderOptions()))
    assert "**This is a preview: its clips cost nothing.**" in text
    assert "To be paid" not in text
    text = plan_text(facts_of(shots_of(3, rendered=3)))
    assert "**Nothing is left to be paid.**" in text


def test_a_slot_that_is_ordered_already_is_not_new() -> None:
    facts = facts_of(shots_of(3, rendered=1))
    states = [row[6] for row in rows_of(plan_text(replace(facts, due=facts.due[1:])), "clip")[1:]]
    assert states == ["rendered, free", "ordered already", "new"]


def test_the_opening_of_a_preview_is_told_by_its_length() -> None:
    shown = PreviewVideo(asset=asset(5), seconds=290.0, is_whole=False)
    assert "the first 4 min 50 s of it" in plan_text(replace(facts_of(shots_of(1200)), preview=shown))
