"""Speech: the sound of a passage's texts."""

from __future__ import annotations

from longtake.passages import Passage, speak_passage
from longtake.prepared import PreparedLine
from longtake.run import Run
from tasks.steps import keyed, step


@step(
    "speech",
    run_name="speech · {passage.label}",
    cache_key=keyed(
        "speech",
        1,
        lambda p: [
            p["passage"].content,
            p["run"].preset.model_dump(mode="json"),
            *p["run"].book.cache_key(p["passage"].voices),
        ],
    ),
)
async def speech(passage: Passage, run: Run) -> tuple[PreparedLine, ...]:
    """Speak each line of a passage once and level it; what was spoken before is found again."""
    return await speak_passage(passage, run.preset, run.store, run.book)
