"""The clips of a video: each rendered as soon as its chunk is cut, many at once, and what to do about holes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain
from typing import Protocol

from prefect import get_run_logger
from prefect.exceptions import MissingContextError

from longtake import progress
from longtake.assets import Asset
from longtake.errors import AssetCorrupt, AssetMissing, BadInput, HolesLeft
from longtake.generation import ClipMaker, PreviewMaker, generate_clip
from longtake.options import PREVIEW
from longtake.orders import ClipRecord, order_for
from longtake.run import Run
from longtake.shots import Shot
from longtake.timeline import VideoTimeline
from longtake.work import Work
from tasks.generate import generate
from tasks.split import split

SHOTS_PER_SPLIT = 16
SHOWN_KNOWN_CLIPS = 300
"""More clips than these that exist already are told in one line instead of a task run each."""

Ended = ClipRecord | BaseException


class Watch(Protocol):
    """Who is told of each clip."""

    def begun(self, shot: Shot) -> None:
        """Somebody works on it."""

    def ended(self, shot: Shot, made: Ended) -> None:
        """It is there, or cannot be had."""


def log(text: str) -> None:
    """Tell the run's log, or whoever listens where there is no run."""
    try:
        get_run_logger().info(text)
    except MissingContextError:
        progress.note(text)


async def prepare_clips(
    timeline: VideoTimeline,
    shots: Sequence[Shot],
    maker: ClipMaker,
    run: Run,
    watch: Watch,
    *,
    draft: bool = False,
) -> tuple[ClipRecord, ...]:
    """Every shot's clip, told to `watch`. A failed one neither holds up nor cancels another.

    Raises HolesLeft when all have ended and some have failed; a draft gets labelled previews in their place.
    """
    progress.stage("clips", len(shots), "clips")
    places = asyncio.Semaphore(maker.at_once)
    knife = asyncio.Semaphore(1)
    known = sum(shot.rendered for shot in shots)
    if known > SHOWN_KNOWN_CLIPS:
        log(f"{known} clips exist already and are used as they are")

    async def clip(shot: Shot, chunk: Asset) -> ClipRecord:
        work = _work(timeline, shot, chunk, run)
        async with places:
            watch.begun(shot)
            if shot.rendered and known > SHOWN_KNOWN_CLIPS:
                made = await generate_clip(work, maker, run.store)
            else:
                made = await generate(work, maker, run)
        progress.advance("clips", 1, shot.seconds)
        return made

    async def watched(shot: Shot, chunk: Asset) -> Ended:
        (made,) = await asyncio.gather(clip(shot, chunk), return_exceptions=True)
        watch.ended(shot, made)
        return made

    async def group(some: tuple[Shot, ...]) -> list[Ended]:
        async with knife:
            chunks = await split(timeline, some, run)
        return await asyncio.gather(*map(watched, some, chunks))

    groups = [tuple(shots[at : at + SHOTS_PER_SPLIT]) for at in range(0, len(shots), SHOTS_PER_SPLIT)]
    ended = list(chain.from_iterable(await asyncio.gather(*map(group, groups))))
    holes = _holes(shots, ended)
    if holes and not draft:
        raise HolesLeft(_told(holes, len(shots)))
    if holes:
        log(f"A draft: {_told(holes, len(shots))}")
        return await _with_previews(timeline, shots, ended, run)
    return tuple(made for made in ended if isinstance(made, ClipRecord))


def _work(timeline: VideoTimeline, shot: Shot, chunk: Asset, run: Run) -> Work:
    sources = timeline.sound.sources(shot.start_frame, shot.end_frame)
    return Work.of(order_for(shot.look, chunk, run.options, run.takes), shot, chunk, sources)


def _holes(shots: Sequence[Shot], ended: Sequence[Ended]) -> list[tuple[Shot, BaseException]]:
    """The shots without a clip, and why. Raises what concerns more than one clip."""
    holes = [(shot, made) for shot, made in zip(shots, ended, strict=True) if isinstance(made, BaseException)]
    for _, made in holes:
        if isinstance(made, AssetMissing | AssetCorrupt | BadInput) or not isinstance(made, Exception):
            raise made
    return holes


def _told(holes: Sequence[tuple[Shot, BaseException]], clips: int) -> str:
    """Each reason once: told of its first clip, with the numbers of all others that it kept from being rendered."""
    by_reason: dict[str, list[tuple[Shot, BaseException]]] = {}
    for shot, why in holes:
        by_reason.setdefault(str(why.__cause__ or why), []).append((shot, why))
    lines = []
    for alike in by_reason.values():
        others = ", ".join(shot.label for shot, _ in alike[1:])
        lines.append(f"{alike[0][1]}" + (f" The same holds for clips {others}." if others else ""))
    kept = "; all others are kept" if len(holes) < clips else ""
    return "\n".join((f"{len(holes)} of {clips} clips could not be rendered{kept}.", *lines))


async def _with_previews(
    timeline: VideoTimeline, shots: Sequence[Shot], ended: Sequence[Ended], run: Run
) -> tuple[ClipRecord, ...]:
    """All clips, with previews where there are holes. They are previews' orders: never taken for what is missing."""
    stand_in = Run(run.options.model_copy(update={"providers": (PREVIEW,)}), run.video, run.store, run.epoch)
    maker = PreviewMaker()
    clips = []
    for shot, made in zip(shots, ended, strict=True):
        if isinstance(made, ClipRecord):
            clips.append(made)
        else:
            (chunk,) = await split(timeline, (shot,), run)
            clips.append(await generate(_work(timeline, shot, chunk, stand_in), maker, stand_in))
    return tuple(clips)
