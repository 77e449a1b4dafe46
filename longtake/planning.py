"""Planning without Prefect: what a video will be made of, before anything is rendered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from pydantic import Field

from longtake.assets import Store, content_key
from longtake.costs import Estimate, estimates
from longtake.finish import PLAIN, Finish, prepare_files, prepare_finish
from longtake.frozen import Frozen
from longtake.grid import frames_to_seconds
from longtake.looks import fit_look, looks_of, video_size
from longtake.loudness import preset_named
from longtake.options import RenderOptions
from longtake.orders import Takes
from longtake.passages import level_passage, prepare_lines, speak_passage
from longtake.shots import Shot, plan_shots
from longtake.speech import LOCAL, VoiceBook
from longtake.storyboard import Storyboard
from longtake.timeline import build_timeline
from longtake.voices import Unspoken, unspoken_of


def plan_key(shots: Iterable[Shot]) -> str:
    """Stands for what is rendered: the sound, the pictures and the places of all clips."""
    return content_key([[s.fingerprint, s.look.model_dump(mode="json"), s.start_frame] for s in shots])


class VideoPlan(Frozen):
    """The slots of a video, and what it would cost."""

    video: str
    seconds: float
    width: int
    height: int
    limit_seconds: float
    shots: tuple[Shot, ...]
    estimates: tuple[Estimate, ...]
    unspoken: Unspoken | None = Field(
        None, description="What paid voices have still to speak. Its length, and so the plan, is an estimate."
    )

    finish: Finish = Field(PLAIN, description="What stands around the talking and over it.")

    @property
    def key(self) -> str:
        """Stands for what is rendered: the sound, the pictures and the places of all clips."""
        return plan_key(self.shots)

    @property
    def rendered(self) -> int:
        """How many clips exist already."""
        return sum(shot.rendered for shot in self.shots)


async def plan_video(
    storyboard: Storyboard,
    options: RenderOptions,
    video: str,
    store: Store,
    takes: Takes,
    *,
    usd_per_second: float | None = None,
    book: VoiceBook = LOCAL,
) -> VideoPlan:
    """The plan of a pinned storyboard. Speaks and levels what was not yet prepared; renders nothing.

    Where `book` pays nothing, a voice of this machine stands in for what a paid one has not spoken yet.
    """
    preset = preset_named(options.loudness)
    looks = looks_of(storyboard)
    size = await asyncio.to_thread(video_size, looks, options, store)
    fitted = {look: await asyncio.to_thread(fit_look, look, size, options, store) for look in looks}
    await asyncio.to_thread(prepare_files, storyboard, size, options.fit, preset, store)
    lines = await prepare_lines(
        storyboard,
        lambda passage: speak_passage(passage, preset, store, book),
        lambda passage: asyncio.to_thread(level_passage, passage, video, preset, store),
        book,
    )
    timeline = build_timeline(storyboard, lines, store)
    shots = plan_shots(timeline, fitted, options, store, takes)
    return VideoPlan(
        video=video,
        seconds=frames_to_seconds(timeline.frames),
        width=size.width,
        height=size.height,
        limit_seconds=options.limit_seconds,
        shots=shots,
        estimates=estimates(shots, options, usd_per_second),
        finish=await asyncio.to_thread(prepare_finish, storyboard, timeline.sentences, size, options, preset, store),
        unspoken=await asyncio.to_thread(unspoken_of, storyboard, book, preset, store),
    )
