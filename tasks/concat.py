"""Concatenating: all clips become one video."""

from __future__ import annotations

import asyncio

from longtake.assembly import AssembledVideo, Master, Titles, assemble_video
from longtake.orders import ClipRecord
from longtake.run import Run
from longtake.shots import Shot
from longtake.timeline import VideoTimeline
from tasks.steps import keyed, step


def _is_captioned(run: Run) -> bool:
    return run.options.captions == "track"


@step(
    "concat",
    run_name="concat",
    cache_key=keyed(
        "concat",
        1,
        lambda p: [
            [[shot.start_frame, shot.end_frame] for shot in p["shots"]],
            [clip.asset.sha256 for clip in p["clips"]],
            p["master"].asset.sha256,
            [sentence.model_dump(mode="json") for sentence in p["timeline"].sentences if _is_captioned(p["run"])],
            [chapter.model_dump(mode="json") for chapter in p["timeline"].chapters],
            p["titles"].model_dump(mode="json"),
            p["run"].options.reencode,
        ],
    ),
)
async def concat(
    timeline: VideoTimeline,
    shots: tuple[Shot, ...],
    clips: tuple[ClipRecord, ...],
    master: Master,
    titles: Titles,
    run: Run,
) -> AssembledVideo:
    """Join the clips, each on its slot, without encoding them again."""
    return await asyncio.to_thread(
        assemble_video,
        timeline,
        shots,
        clips,
        master,
        titles,
        run.store,
        captioned=_is_captioned(run),
        reencode=run.options.reencode,
    )
