"""Speech: the sound of a passage's texts."""

from __future__ import annotations

from prefect import runtime

from longtake import progress
from longtake.grid import frames_to_seconds
from longtake.passages import Passage, speak_passage
from longtake.prepared import PreparedLine
from longtake.run import Run
from tasks.steps import keyed, step


def _name() -> str:
    passage: Passage = runtime.task_run.parameters["passage"]
    last = passage.first_line + len(passage.lines)
    return f"speech · scene {passage.scene + 1} · lines {passage.first_line + 1}-{last}"


@step(
    "speech",
    run_name=_name,
    cache_key=keyed("speech", 1, lambda p: [p["passage"].content, p["run"].preset.model_dump(mode="json")]),
)
async def speech(passage: Passage, run: Run) -> tuple[PreparedLine, ...]:
    """Speak each line of a passage once and level it; what was spoken before is found again."""
    lines = await speak_passage(passage, run.preset, run.store)
    progress.advance("speech", len(lines), sum(frames_to_seconds(line.frames) for line in lines))
    return lines
