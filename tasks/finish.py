"""Finishing: what stands around the talking and over it, prepared before a clip is paid."""

from __future__ import annotations

import asyncio

from longtake.finish import Finish, prepare_finish
from longtake.portrait import Size
from longtake.run import Run
from longtake.storyboard import Storyboard
from longtake.timeline import VideoTimeline
from tasks.steps import keyed, step

_AROUND = {"intro", "outro", "music", "logo"}


@step(
    "finish",
    run_name="finish",
    cache_key=keyed(
        "finish",
        1,
        lambda p: [
            p["storyboard"].model_dump(mode="json", include=_AROUND),
            [sentence.text for sentence in p["timeline"].sentences if p["run"].options.captions == "burn"],
            p["size"].model_dump(mode="json"),
            [p["run"].options.fit, p["run"].options.captions, p["run"].preset.model_dump(mode="json")],
        ],
    ),
)
async def finish(storyboard: Storyboard, timeline: VideoTimeline, size: Size, run: Run) -> Finish:
    """Fit the opening, the closing, the music and the logo to the video, and see that captions can be drawn."""
    return await asyncio.to_thread(
        prepare_finish, storyboard, timeline.sentences, size, run.options, run.preset, run.store
    )
