"""Planning without Prefect: what a video will be made of, before anything is rendered."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Iterable

from pydantic import Field

from longtake.assets import Store, content_key
from longtake.costs import Estimate, estimates
from longtake.finish import PLAIN, Finish, prepare_files, with_captions
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
from longtake.timeline import VideoTimeline, build_timeline
from longtake.voices import Unspoken, unspoken_of

STAND_IN = "spoken by a stand-in"
"""With it, the fingerprint of such a sound is that of no chunk."""


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
    around = await asyncio.to_thread(prepare_files, storyboard, size, options.fit, preset, store)
    lines = await prepare_lines(
        storyboard,
        lambda passage: speak_passage(passage, preset, store, book),
        lambda passage: asyncio.to_thread(level_passage, passage, video, preset, store),
        book,
    )
    timeline = build_timeline(storyboard, lines, store)
    unspoken = await asyncio.to_thread(unspoken_of, storyboard, book, preset, store)
    shots = _awaiting(plan_shots(timeline, fitted, options, store, takes), timeline, unspoken)
    return VideoPlan(
        video=video,
        seconds=frames_to_seconds(timeline.frames),
        width=size.width,
        height=size.height,
        limit_seconds=options.limit_seconds,
        shots=shots,
        estimates=estimates(shots, options, usd_per_second),
        finish=await asyncio.to_thread(with_captions, around, timeline.sentences, options),
        unspoken=unspoken,
    )


def _awaiting(shots: tuple[Shot, ...], timeline: VideoTimeline, unspoken: Unspoken | None) -> tuple[Shot, ...]:
    """The shots; those with a line that a paid voice has yet to speak are new, and known by nothing that exists.

    What stands in for that voice may have been rendered before, as when a video's voice is changed to a paid one.
    """
    if unspoken is None:
        return shots
    spans = [timeline.lines[place] for place in unspoken.places]
    starts = [span.start_frame for span in spans]

    def waits(shot: Shot) -> bool:
        before = bisect_left(starts, shot.end_frame)  # the last line that begins before the shot ends
        return before > 0 and spans[before - 1].end_frame > shot.start_frame

    return tuple(
        shot.model_copy(update={"rendered": False, "fingerprint": content_key([STAND_IN, shot.fingerprint])})
        if waits(shot)
        else shot
        for shot in shots
    )
