"""The long-form video: from a script or a recording, and a portrait, to one exact video."""

import asyncio
import os
from collections.abc import Awaitable, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

from prefect import flow, get_run_logger
from prefect.exceptions import MissingContextError

from longtake import progress
from longtake.assembly import Titles, store_captions
from longtake.assets import Asset, Store, begin_epoch, epoch, parse_address
from longtake.costs import estimates
from longtake.errors import AssetCorrupt, AssetMissing, BadInput, HolesLeft
from longtake.generation import Provider, generate_clip, provider_for
from longtake.inputs import pin_inputs, read_inputs
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
from longtake.models import DEFAULT_MODEL, Resolution
from longtake.options import Fit, Shape, choose_options
from longtake.orders import ClipRecord
from longtake.passages import prepare_lines
from longtake.publish import publish
from longtake.run import Run
from longtake.settings import load_settings
from longtake.shots import FittedLook, Shot, order_for, plan_shots
from longtake.storyboard import Look, Storyboard
from longtake.timeline import VideoTimeline, build_timeline
from tasks.check import check
from tasks.concat import concat
from tasks.generate import generate
from tasks.normalize import master, normalize
from tasks.resize import resize
from tasks.speech import speech
from tasks.split import split

First = TypeVar("First")
Second = TypeVar("Second")

SHOTS_PER_SPLIT = 16
SHOWN_KNOWN_CLIPS = 300
"""More clips than these that exist already are told in one line instead of a task run each."""


@flow(
    name="long-form-video",
    flow_run_name="{video}",
    description=__doc__,
    persist_result=True,
    result_serializer="json",
)
async def long_form_video(
    script: str | None = None,
    image: str | None = None,
    audio: str | None = None,
    video: str = "video",
    output: str | None = None,
    provider: str = "preview",
    model: str = DEFAULT_MODEL,
    resolution: Resolution = "720p",
    shape: Shape = "own",
    fit: Fit = "contain",
    loudness: str = "podcast",
    reencode: bool = False,
) -> VideoResult:
    """Render a long talking-head video.

    Args:
        script: A script: a path (Markdown, text, YAML, JSON) or an asset address.
        image: The portrait of whoever has none in the script: a path or an asset address.
        audio: A recording in place of a script: a path or an asset address.
        video: The video's lasting name. Budgets and takes belong to it.
        output: Where to write the MP4. Left out, it stays in the store.
        provider: Who renders the clips. preview costs nothing.
        model: The model to render with, or to plan a preview for.
        resolution: 720p takes up to 60 s a clip, 1080p up to 30 s.
        shape: Shape of the picture; own is that of the first portrait.
        fit: How portraits of another shape are fitted.
        loudness: Loudness preset: podcast (-16 LUFS), youtube (-14) or broadcast (-23).
        reencode: Encode the whole video anew instead of copying the clips.
    """
    options = choose_options(
        provider,
        model=model,
        resolution=resolution,
        shape=shape,
        fit=fit,
        loudness=loudness,
        reencode=reencode,
    )
    store = load_settings().open_store()
    storyboard = await asyncio.to_thread(_read, script, image, audio, store)
    target = Path(output) if output else None
    try:
        return await render(storyboard, target, Run(options, video, store, epoch(store)))
    except (AssetMissing, AssetCorrupt) as error:
        progress.note(f"{error.message}; making it anew.")
        begin_epoch(store)
        return await render(storyboard, target, Run(options, video, store, epoch(store)))


def _read(script: str | None, image: str | None, audio: str | None, store: Store) -> Storyboard:
    asset = parse_address(script) if script else None
    if asset:
        with store.local(asset) as path:
            return pin_inputs(read_inputs(path, image=image, audio=audio), store)
    return pin_inputs(read_inputs(Path(script) if script else None, image=image, audio=audio), store)


async def render(storyboard: Storyboard, output: Path | None, run: Run) -> VideoResult:
    """The recipe: sound, pictures, plan, clips, one video, its check."""
    provider = provider_for(run.options)
    lines, looks = await asyncio.gather(
        prepare_lines(storyboard, lambda passage: speech(passage, run), lambda passage: normalize(passage, run)),
        prepare_looks(storyboard, run),
    )
    timeline = await asyncio.to_thread(build_timeline, storyboard, lines, run.store)
    shots = await asyncio.to_thread(plan_shots, timeline, looks, run.options, run.store)
    prices = estimates(shots, run.options)
    _log(f"{len(shots)} clips, {timeline.seconds:.1f} s; " + "; ".join(price.text for price in prices))

    mastered, clips = await _both(master(timeline, run), prepare_clips(timeline, shots, provider, run))
    titles = Titles(
        title=storyboard.title or run.video,
        comment=PREVIEW_STATEMENT if run.options.is_preview else AI_STATEMENT,
        language=storyboard.language,
    )
    joined = await concat(timeline, shots, clips, mastered, titles, run)
    report = await check(joined, shots, run)

    captions = await asyncio.to_thread(store_captions, timeline, run.store)
    manifest = Manifest(
        request_key=request_key(storyboard, run.options, run.video),
        video=run.video,
        storyboard=storyboard,
        options=run.options,
        asset=joined.asset,
        srt=captions.srt,
        vtt=captions.vtt,
        clips=clips_of(shots, clips),
        master=mastered.report,
        stitch=joined.report,
        check=report,
        estimates=prices,
    )
    if output:
        await asyncio.to_thread(publish, manifest, output, run.store)
    return result_of(manifest, output, new_clips=sum(not shot.rendered for shot in shots))


async def _both(first: Awaitable[First], second: Awaitable[Second]) -> tuple[First, Second]:
    """Both answers. When one fails, the other is waited for, so that nothing half-done is thrown away."""
    answers = await asyncio.gather(first, second, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers  # type: ignore[return-value]  # mypy cannot see that no exception is left


async def prepare_looks(storyboard: Storyboard, run: Run) -> dict[Look, FittedLook]:
    """Every portrait and mask, fitted to the size of the video."""
    looks = looks_of(storyboard)
    size = await asyncio.to_thread(video_size, looks, run.options, run.store)
    fitted = await asyncio.gather(*(resize(look, size, run) for look in looks))
    return dict(zip(looks, fitted, strict=True))


async def prepare_clips(
    timeline: VideoTimeline, shots: Sequence[Shot], provider: Provider, run: Run
) -> tuple[ClipRecord, ...]:
    """Every shot's clip, rendered as soon as its chunk is cut, many at once.

    A failed clip neither holds up nor cancels another. Raises HolesLeft when all have ended and some have failed.
    """
    progress.stage("clips", len(shots), "clips")
    places = asyncio.Semaphore(load_settings().workers or os.cpu_count() or 1)
    knife = asyncio.Semaphore(1)
    known = sum(shot.rendered for shot in shots)
    if known > SHOWN_KNOWN_CLIPS:
        _log(f"{known} clips exist already and are used as they are")
    sound = timeline.sound

    async def clip(shot: Shot, chunk: Asset) -> ClipRecord:
        order = order_for(shot.look, chunk, run.options)
        sources = sound.sources(shot.start_frame, shot.end_frame)
        async with places:
            if shot.rendered and known > SHOWN_KNOWN_CLIPS:
                made = await generate_clip(order, shot, chunk, sources, provider, run.store)
            else:
                made = await generate(order, shot, chunk, sources, provider, run)
        progress.advance("clips", 1, shot.seconds)
        return made

    async def group(some: tuple[Shot, ...]) -> list[ClipRecord | BaseException]:
        async with knife:
            chunks = await split(timeline, some, run)
        return await asyncio.gather(*map(clip, some, chunks), return_exceptions=True)

    groups = [tuple(shots[at : at + SHOTS_PER_SPLIT]) for at in range(0, len(shots), SHOTS_PER_SPLIT)]
    ended = await asyncio.gather(*map(group, groups))
    return _without_holes(shots, list(chain.from_iterable(ended)))


def _without_holes(shots: Sequence[Shot], ended: Sequence[ClipRecord | BaseException]) -> tuple[ClipRecord, ...]:
    holes = [(shot, made) for shot, made in zip(shots, ended, strict=True) if isinstance(made, BaseException)]
    for _, made in holes:
        if isinstance(made, AssetMissing | AssetCorrupt | BadInput) or not isinstance(made, Exception):
            raise made
    if holes:
        told = "; ".join(f"clip {shot.label} ({shot.first_words!r}): {made}" for shot, made in holes)
        raise HolesLeft(f"{len(holes)} of {len(shots)} clips could not be rendered; all others are kept. {told}")
    return tuple(made for made in ended if isinstance(made, ClipRecord))


def _log(text: str) -> None:
    try:
        get_run_logger().info(text)
    except MissingContextError:
        progress.note(text)
