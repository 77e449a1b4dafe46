"""The page of a plan: what will be rendered, what that costs at most, and what is free; before anything is spent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.asking.quote import ESTIMATE_MARGIN, with_speech
from flows.means.voices import voices_of_plan
from flows.pages.board import Board, complain, run_with_pages
from flows.pages.links import link, picture, player
from flows.pages.markdown import cell, clock, joined, listed, plain, spreadsheet, table
from flows.request import Request
from flows.telling.display import clips_text, length_text
from longtake.assets import Asset, Store
from longtake.costs import Estimate, Spending, highest_micro_usd
from longtake.finish import PLAIN, Finish
from longtake.grid import frames_to_seconds
from longtake.money import usd_text
from longtake.options import RenderOptions
from longtake.pictures import MOST_PORTRAITS, portrait_sheet, portraits_of
from longtake.pictures.preview_video import PreviewVideo, find_preview, preview_video
from longtake.planning import VideoPlan
from longtake.shots import Shot
from longtake.storyboard import Storyboard
from longtake.voices import Unspoken

PLAN = "Plan: what is rendered, and what it costs"
MOST_ROWS = 40


@dataclass(frozen=True)
class PlanFacts:
    """What the page tells. `due` are the clips that have to be paid."""

    storyboard: Storyboard
    video: str
    options: RenderOptions
    spending: Spending
    shots: Sequence[Shot]
    estimates: Sequence[Estimate]
    due: Sequence[Shot]
    finish: Finish = PLAIN
    unspoken: Unspoken | None = None
    slots: Asset | None = None
    portraits: Asset | None = None
    preview: PreviewVideo | None = None

    @property
    def seconds(self) -> float:
        """The length of the video."""
        return sum(shot.seconds for shot in self.shots)


async def publish_plan(request: Request, plan: VideoPlan, due: Sequence[Shot], store: Store) -> None:
    """Put the plan onto the present run's page, then a preview of it. What goes wrong costs the page, nothing else."""
    run_id = run_with_pages()
    if run_id is None:
        return
    board = Board(run_id, plan.video)
    try:
        facts = PlanFacts(
            request.storyboard,
            plan.video,
            request.options,
            request.spending,
            plan.shots,
            plan.estimates,
            due,
            plan.finish,
            plan.unspoken,
        )
        facts = await write_plan(board, facts, store)
        if not request.options.is_preview and facts.preview is None:
            async with voices_of_plan(request.storyboard) as book:
                preview = await preview_video(request.storyboard, request.options, plan.video, plan.shots, store, book)
            await board.put(PLAN, plan_text(replace(facts, preview=preview)))
    except Exception as error:  # a picture, a disk, a server: the person is asked all the same
        complain(PLAN, error)


async def write_plan(board: Board, facts: PlanFacts, store: Store) -> PlanFacts:
    """Write the page with all that is there or quickly drawn; answers the facts with it."""
    facts = await asyncio.to_thread(_drawn, facts, store)
    await board.put(PLAN, plan_text(facts))
    return facts


def _drawn(facts: PlanFacts, store: Store) -> PlanFacts:
    return replace(
        facts,
        slots=store.put(slots_table(facts), suffix=".csv"),
        portraits=portrait_sheet(portraits_of(facts.shots), store),
        preview=None if facts.options.is_preview else find_preview(facts.options, facts.shots, store),
    )


def plan_text(facts: PlanFacts) -> str:
    """The page."""
    return joined(
        (
            f"# {plain(facts.storyboard.title or facts.video)}",
            _summary(facts),
            _finish(facts),
            _unspoken(facts),
            _costs(facts),
            _preview(facts),
            picture("The portraits", facts.portraits),
            _portrait_names(facts),
            "## Clips",
            _slots(facts),
        )
    )


def _summary(facts: PlanFacts) -> str:
    free = sum(shot.rendered for shot in facts.shots)
    known = f", of which {free} are rendered already and cost nothing" if free else ""
    return (
        f"**{length_text(facts.seconds)}** of video in **{clips_text(len(facts.shots))}** under "
        f"{facts.options.limit_seconds:g} s at {facts.options.resolution}{known}. A clip ends where nobody is speaking."
    )


def _finish(facts: PlanFacts) -> str:
    return f"Around and over it: {facts.finish.text}." if facts.finish.text else ""


def _unspoken(facts: PlanFacts) -> str:
    if facts.unspoken is None:
        return ""
    return (
        f"**This is an estimate**: {plain(facts.unspoken.text, 500)} first. Until then this machine's own voice stands "
        "in, and how long the video is can only be guessed."
    )


def _costs(facts: PlanFacts) -> str:
    if facts.options.is_preview:
        told = "**This is a preview: its clips cost nothing.** Rendered for real it would cost:"
    elif not facts.due:
        told = "**Nothing is left to be paid.**"
    else:
        told = _due(facts)
    heads = ("provider", ">price of what is not rendered", ">a second", ">clips up to", "as of")
    rows = (
        (
            cell(price.provider) + (" (chosen)" if price.provider in facts.options.providers else ""),
            "no stated price" if price.usd is None else f"${price.usd:,.2f}",
            "" if price.usd_per_second is None else f"${price.usd_per_second:g}",
            "" if price.limit_seconds is None else f"{price.limit_seconds:g} s",
            str(price.as_of or ""),
        )
        for price in facts.estimates
    )
    remarks = [
        f"{plain(price.provider)}: {plain('; '.join(price.remarks))}" for price in facts.estimates if price.remarks
    ]
    return joined((told, table(heads, rows), listed(remarks)))


def _due(facts: PlanFacts) -> str:
    highest = highest_micro_usd(facts.due, facts.options, facts.spending.usd_per_second)
    seconds = length_text(sum(shot.seconds for shot in facts.due))
    most = "at a price that nobody states"
    if highest is not None:
        most = f"for at most **{usd_text(with_speech(highest, facts.unspoken))}**"
    budget = facts.spending.budget_micro_usd
    of = "" if budget is None else f", of a budget of {usd_text(budget)} for all runs of this video"
    if facts.unspoken is None:
        return f"To be paid: **{clips_text(len(facts.due))}**, {seconds}, {most}{of}."
    return (
        f"To be paid: what is spoken, and **{clips_text(len(facts.due))}**, about {seconds}, {most}{of}. That allows "
        f"for clips {ESTIMATE_MARGIN - 1:.0%} longer than estimated; if they turn out dearer, you are asked again."
    )


def _preview(facts: PlanFacts) -> str:
    if facts.preview is None:
        return ""
    shown = facts.preview
    part = "the same sound, the same cuts" if shown.is_whole else f"the first {length_text(shown.seconds)} of it"
    if facts.unspoken:
        part = f"{'all of it' if shown.is_whole else part}, in this machine's own voice"
    watch = player("Watch a preview", shown.asset, f"{facts.video} (preview).mp4")
    return f"**{watch}**: {part}, drawn from the portraits without any provider."


def _portrait_names(facts: PlanFacts) -> str:
    """Who is seen in which portrait, where the sheet does not tell it: its font has western letters only."""
    portraits = portraits_of(facts.shots)
    more = len(portraits) - MOST_PORTRAITS
    if facts.portraits and more <= 0 and all(portrait.is_writable for portrait in portraits):
        return ""
    lines = [
        f"{plain(', '.join(portrait.speakers))}: {clips_text(portrait.clips)}"
        for portrait in portraits[:MOST_PORTRAITS]
    ]
    return listed([*lines, *([f"and {more} portraits more"] if more > 0 else [])])


CUTS = {
    "scene": "a new scene",
    "speaker": "another speaker",
    "line": "end of a line",
    "sentence": "end of a sentence",
    "pause": "a pause",
    "energy": "no pause was there",
}
SLOT_HEADS = ("clip", ">start", ">length", "ends in a pause of", "who", "begins with", "state")


def _slots(facts: PlanFacts) -> str:
    due = {shot.number for shot in facts.due}
    rows = [
        (
            shot.label,
            clock(shot.start_frame),
            f"{shot.seconds:.2f} s",
            "the end" if shot.cut is None else f"{shot.pause_seconds:.2f} s: {CUTS[shot.cut]}",
            cell(shot.speaker),
            cell(shot.first_words),
            _state(shot, due),
        )
        for shot in facts.shots[:MOST_ROWS]
    ]
    more = len(facts.shots) - MOST_ROWS
    whole = link("all clips as a table (CSV)", facts.slots) if facts.slots else ""
    rest = f"and {more} more: {whole}" if more > 0 else whole
    return f"{table(SLOT_HEADS, rows)}\n\n{rest}"


def _state(shot: Shot, due: set[int]) -> str:
    if shot.rendered:
        return "rendered, free"
    return "new" if shot.number in due else "ordered already"


def slots_table(facts: PlanFacts) -> bytes:
    """All slots as CSV."""
    due = {shot.number for shot in facts.due}
    heads = ("clip", "start_seconds", "seconds", "pause_seconds", "cut", "speaker", "first_words", "state")
    rows = (
        (
            shot.number,
            f"{frames_to_seconds(shot.start_frame):.2f}",
            f"{shot.seconds:.2f}",
            f"{shot.pause_seconds:.2f}",
            shot.cut or "end",
            shot.speaker,
            shot.first_words,
            _state(shot, due),
        )
        for shot in facts.shots
    )
    return spreadsheet(heads, rows)
