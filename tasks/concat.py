"""Concatenating: all clips become one video."""

from __future__ import annotations

import asyncio

from longtake.assembly import AssembledVideo, Master, Titles, assemble_video
from longtake.finish import Finish
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
            [
                sentence.model_dump(mode="json")
                for sentence in p["timeline"].sentences
                if _is_captioned(p["run"]) or p["finish"].is_burnt
            ],
            [chapter.model_dump(mode="json") for chapter in p["timeline"].chapters],
            p["titles"].model_dump(mode="json"),
            p["run"].options.reencode,
            *([] if p["finish"].is_plain else [p["finish"].model_dump(mode="json")]),
        ],
    ),
)
async def concat(
    timeline: VideoTimeline,
    shots: tuple[Shot, ...],
    clips: tuple[ClipRecord, ...],
    master: Master,
    titles: Titles,
    finish: Finish,
    run: Run,
) -> AssembledVideo:
    """Join the clips, each on its slot, with what stands around them; encoded again only where that is wanted."""
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
        finish=finish,
    )
