"""A preview of a plan: the very slots and sound that a provider would render, drawn from the portraits for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from longtake.assembly import Titles, assemble_video, prepare_master
from longtake.assets import Asset, Recipe, Store, find_prepared
from longtake.assets.recipes import Prepared
from longtake.frozen import Frozen
from longtake.generation import PreviewMaker, generate_clip
from longtake.grid import frames_to_seconds
from longtake.loudness import preset_named
from longtake.manifest import PREVIEW_STATEMENT
from longtake.options import PREVIEW, RenderOptions
from longtake.orders import ClipRecord, order_for
from longtake.passages import level_passage, prepare_lines, speak_passage
from longtake.shots import Shot, split_shots
from longtake.speech import LOCAL, VoiceBook
from longtake.storyboard import Storyboard
from longtake.timeline import VideoTimeline, build_timeline
from longtake.work import Work

WHOLE_SECONDS = 10 * 60.0
OPENING_SECONDS = 3 * 60.0
"""A longer video's preview is its opening: ten hours of previews would take twenty minutes and gigabytes."""


class PreviewVideo(Frozen):
    """A preview in the store."""

    asset: Asset
    seconds: float
    is_whole: bool


def find_preview(options: RenderOptions, shots: Sequence[Shot], store: Store) -> PreviewVideo | None:
    """The preview of these slots, if it was made before and is still here."""
    shown = _shown(shots)
    prepared = find_prepared(store, _recipe(options, shown)) if shown else None
    return _told(prepared.asset, shown, shots) if prepared else None


async def preview_video(
    storyboard: Storyboard,
    options: RenderOptions,
    video: str,
    shots: Sequence[Shot],
    store: Store,
    book: VoiceBook = LOCAL,
) -> PreviewVideo:
    """The preview of a planned video: whole up to ten minutes, else its first three.

    `storyboard` is pinned, and the shots are those of its plan. A minute of it takes two seconds of a core.
    """
    shown = _shown(shots)
    timeline = _opening(await _timeline(storyboard, options, video, store, book), shown[-1].end_frame)
    clips, master = await asyncio.gather(
        _clips(timeline, shown, options, store),
        asyncio.to_thread(prepare_master, timeline, preset_named(options.loudness), store),
    )
    titles = Titles(title=storyboard.title or video, comment=PREVIEW_STATEMENT, language=storyboard.language)
    made = await asyncio.to_thread(assemble_video, timeline, shown, clips, master, titles, store)
    recipe = _recipe(options, shown)
    prepared = Prepared(asset=made.asset, made_from=recipe.made_from)
    await asyncio.to_thread(store.write_record, recipe.record_name, prepared.model_dump_json().encode())
    return _told(made.asset, shown, shots)


def _shown(shots: Sequence[Shot]) -> tuple[Shot, ...]:
    if frames_to_seconds(shots[-1].end_frame) <= WHOLE_SECONDS:
        return tuple(shots)
    return tuple(shot for shot in shots if frames_to_seconds(shot.end_frame) <= OPENING_SECONDS) or tuple(shots[:1])


def _told(asset: Asset, shown: Sequence[Shot], shots: Sequence[Shot]) -> PreviewVideo:
    return PreviewVideo(asset=asset, seconds=frames_to_seconds(shown[-1].end_frame), is_whole=len(shown) == len(shots))


def _recipe(options: RenderOptions, shots: Sequence[Shot]) -> Recipe:
    clips = [[shot.start_frame, shot.fingerprint, shot.look.image.sha256] for shot in shots]
    return Recipe(name="plan-preview", number=1, inputs={"clips": clips, "loudness": options.loudness})


async def _timeline(
    storyboard: Storyboard, options: RenderOptions, video: str, store: Store, book: VoiceBook
) -> VideoTimeline:
    """The timeline of the plan, from what was prepared for it."""
    preset = preset_named(options.loudness)
    lines = await prepare_lines(
        storyboard,
        lambda passage: speak_passage(passage, preset, store, book),
        lambda passage: asyncio.to_thread(level_passage, passage, video, preset, store),
        book,
    )
    return await asyncio.to_thread(build_timeline, storyboard, lines, store)


def _opening(timeline: VideoTimeline, end_frame: int) -> VideoTimeline:
    """The timeline up to a cut."""
    if end_frame == timeline.frames:
        return timeline
    end = frames_to_seconds(end_frame)
    return timeline.model_copy(
        update={
            "frames": end_frame,
            "pieces": tuple(timeline.sound.span(0, end_frame)),
            "sentences": tuple(
                sentence.model_copy(update={"end_seconds": min(end, sentence.end_seconds)})
                for sentence in timeline.sentences
                if sentence.start_seconds < end
            ),
            "chapters": tuple(chapter for chapter in timeline.chapters if chapter.start_frame < end_frame),
            "digests": timeline.digests[: len(timeline.digests) // timeline.frames * end_frame],
        }
    )


async def _clips(
    timeline: VideoTimeline, shots: tuple[Shot, ...], options: RenderOptions, store: Store
) -> list[ClipRecord]:
    drawn = options.model_copy(update={"providers": (PREVIEW,)})
    maker = PreviewMaker()
    places = asyncio.Semaphore(maker.at_once)
    chunks = await asyncio.to_thread(split_shots, timeline, shots, store)

    async def clip(shot: Shot, chunk: Asset) -> ClipRecord:
        sources = timeline.sound.sources(shot.start_frame, shot.end_frame)
        async with places:
            return await generate_clip(Work.of(order_for(shot.look, chunk, drawn), shot, chunk, sources), maker, store)

    return await asyncio.gather(*map(clip, shots, chunks))
