"""The recipe of a long video, in order: sound, pictures, plan, clips, one video, its check."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import NamedTuple, TypeVar

from flows.clips import log, prepare_clips
from flows.means.accounts import Purse, clip_maker
from flows.means.voices import speaking
from flows.pages.run_pages import Pages, pages_of
from flows.telling.display import clips_text
from longtake.assembly import Titles, store_captions
from longtake.costs import estimates
from longtake.errors import DecisionNeeded
from longtake.finish import PLAIN, Finish, prepare_files, shots_in_video, tell_encoding, wants_finish
from longtake.generation import ClipMaker
from longtake.looks import looks_of, video_size
from longtake.manifest import (
    AI_STATEMENT,
    PREVIEW_STATEMENT,
    Manifest,
    VideoResult,
    clips_of,
    request_key,
    result_of,
)
from longtake.memory import keep_memory_low
from longtake.money import MICRO
from longtake.orders import FittedLook
from longtake.passages import prepare_lines
from longtake.planning import plan_key
from longtake.portrait import Size
from longtake.prepared import PreparedLine
from longtake.publish import publish
from longtake.redo import current_takes, retake
from longtake.remote import Target
from longtake.run import Run
from longtake.shots import Shot, plan_shots
from longtake.storyboard import Look, Storyboard
from longtake.timeline import VideoTimeline, build_timeline
from longtake.voices import unspoken_of
from tasks.check import check
from tasks.concat import concat
from tasks.finish import finish
from tasks.normalize import master, normalize
from tasks.resize import resize
from tasks.speech import speech

STAND_IN = ":stand-in"
"""Behind the request's key of a video in which a voice stands in for a paid one: it never answers for the next call."""

First = TypeVar("First")
Second = TypeVar("Second")


async def render(storyboard: Storyboard, output: Target | None, run: Run, purse: Purse) -> VideoResult:
    """Render the video of a pinned storyboard. A key or a price that is missing is told before anything else."""
    keep_memory_low()
    async with (
        pages_of(storyboard, run, purse) as pages,
        clip_maker(run, purse) as maker,
        speaking(storyboard, run, purse) as voiced,
    ):
        return await _rendered(storyboard, output, voiced, purse, maker, pages)


async def _rendered(
    storyboard: Storyboard, output: Target | None, run: Run, purse: Purse, maker: ClipMaker, pages: Pages
) -> VideoResult:
    run, size, timeline, shots = await prepare(storyboard, run, purse)
    prices = estimates(shots, run.options, purse.spending.usd_per_second)
    log(f"{clips_text(len(shots))}, {timeline.seconds:.1f} s; " + "; ".join(price.text for price in prices))
    finished = await prepare_finish(storyboard, timeline, size, run)
    pages.planned(shots, prices, finished)

    making = prepare_clips(timeline, shots, maker, run, pages, draft=purse.draft)
    mastered, clips = await _both(master(timeline, finished, run), making)
    titles = Titles(
        title=storyboard.title or run.video,
        comment=PREVIEW_STATEMENT if run.options.is_preview else AI_STATEMENT,
        language=storyboard.language,
    )
    joined = await concat(timeline, shots, clips, mastered, titles, finished, run)
    shown = shots_in_video(shots, finished)
    pages.joined(joined.asset, shown, joined.report.seconds)
    report = await check(joined, shots, finished, run)

    stood_in = await asyncio.to_thread(unspoken_of, storyboard, run.book, run.preset, run.store)
    captions = await asyncio.to_thread(store_captions, timeline, run.store, finished)
    manifest = Manifest(
        request_key=request_key(storyboard, run.options, run.video) + (STAND_IN if stood_in else ""),
        video=run.video,
        storyboard=storyboard,
        options=run.options,
        asset=joined.asset,
        srt=captions.srt,
        vtt=captions.vtt,
        clips=clips_of(shown, clips),
        finish=None if finished.is_plain else finished,
        master=mastered.report,
        stitch=joined.report,
        check=report,
        estimates=prices,
    )
    if output:
        await asyncio.to_thread(publish, manifest, output, run.store)
    if purse.ledger:
        await asyncio.to_thread(purse.ledger.settle_takes, run.video)
    await pages.finished(manifest, str(output) if output else None, voices_micro_usd=run.book.spent_micro_usd)
    result = result_of(manifest, output, new_clips=sum(not shot.rendered for shot in shots))
    return result.model_copy(update={"voices_usd": run.book.spent_micro_usd / MICRO})


class Prepared(NamedTuple):
    """All that is known before a clip is rendered, and the run with the takes that count in it."""

    run: Run
    size: Size
    timeline: VideoTimeline
    shots: tuple[Shot, ...]


async def prepare(storyboard: Storyboard, run: Run, purse: Purse) -> Prepared:
    """The pictures, the sound and the plan, with the new takes that were asked for.

    Speaking may cost money, so it comes after every file that could be refused.

    Raises DecisionNeeded when the plan is not the one that may be paid: what exists has changed it meanwhile.
    """
    size = await asyncio.to_thread(video_size, looks_of(storyboard), run.options, run.store)
    looks = await prepare_looks(storyboard, size, run)
    await asyncio.to_thread(prepare_files, storyboard, size, run.options.fit, run.preset, run.store)
    lines = await prepare_sound(storyboard, run)
    timeline = await asyncio.to_thread(build_timeline, storyboard, lines, run.store)
    run = replace(run, takes=await asyncio.to_thread(current_takes, purse.ledger, run.video))
    shots = await asyncio.to_thread(plan_shots, timeline, looks, run.options, run.store, run.takes)
    if purse.plan_key not in (None, plan_key(shots)):
        raise DecisionNeeded("the video would be cut otherwise by now than was agreed to; run it again to be asked")
    if purse.redo and purse.ledger:
        run, shots = await asyncio.to_thread(
            retake, purse.redo, shots, timeline, run, purse.ledger, run_id=purse.run_id
        )
    return Prepared(run, size, timeline, shots)


async def prepare_sound(storyboard: Storyboard, run: Run) -> list[list[PreparedLine]]:
    """Every line's sound, as a list for each scene. Raises OverBudget before a voice that the budget cannot pay."""
    await run.book.check_budget(storyboard, run.preset, run.store)
    return await prepare_lines(
        storyboard, lambda passage: speech(passage, run), lambda passage: normalize(passage, run), run.book
    )


async def prepare_finish(storyboard: Storyboard, timeline: VideoTimeline, size: Size, run: Run) -> Finish:
    """What stands around the talking and over it. Whatever of it cannot be used is told before a clip is paid."""
    if not wants_finish(storyboard, run.options):
        return PLAIN
    finished = await finish(storyboard, timeline, size, run)
    tell_encoding(finished, timeline.seconds)
    return finished


async def _both(first: Awaitable[First], second: Awaitable[Second]) -> tuple[First, Second]:
    """Both answers. When one fails, the other is waited for, so that nothing half-done is thrown away."""
    answers = await asyncio.gather(first, second, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers  # type: ignore[return-value]  # mypy cannot see that no exception is left


async def prepare_looks(storyboard: Storyboard, size: Size, run: Run) -> dict[Look, FittedLook]:
    """Every portrait and mask, fitted to the size of the video."""
    looks = looks_of(storyboard)
    fitted = await asyncio.gather(*(resize(look, size, run) for look in looks))
    return dict(zip(looks, fitted, strict=True))
