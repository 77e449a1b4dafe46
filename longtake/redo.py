"""Another take of a clip: allotted in the ledger, so that a retry or a killed run goes on with the same one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from longtake.errors import SettingError
from longtake.ledger import Ledger
from longtake.options import RenderOptions
from longtake.orders import order_for
from longtake.run import Run
from longtake.shots import Shot, split_shots
from longtake.timeline import VideoTimeline


def current_takes(ledger: Ledger | None, video: str) -> Mapping[str, int]:
    """Which take of each content counts in the video; empty where no ledger is kept."""
    return ledger.takes(video) if ledger else {}


def check_redo(numbers: Collection[int], options: RenderOptions) -> None:
    """Raise SettingError when another take of a preview is wanted."""
    if numbers and options.is_preview:
        raise SettingError(
            "a preview has no takes: it is drawn the same each time.", where="redo", hint="Choose a paid provider."
        )


def check_numbers(numbers: Collection[int], clips: int, where: str = "redo") -> None:
    """Raise SettingError for a number that a video of so many clips has not."""
    wrong = sorted(number for number in set(numbers) if not 1 <= number <= clips)
    if wrong:
        raise SettingError(f"there is no clip {wrong[0]}.", where=where, hint=f"The video has clips 1 to {clips}.")


def retake(
    numbers: Collection[int],
    shots: tuple[Shot, ...],
    timeline: VideoTimeline,
    run: Run,
    ledger: Ledger,
    *,
    run_id: str,
) -> tuple[Run, tuple[Shot, ...]]:
    """The run and its shots with another take of the clips of those numbers. The old takes are kept.

    Raises SettingError for a number that the video has not.
    """
    check_numbers(numbers, len(shots))
    takes = dict(run.takes)
    redone = list(shots)
    for number in sorted(set(numbers)):
        shot = shots[number - 1]
        (chunk,) = split_shots(timeline, (shot,), run.store)
        content = order_for(shot.look, chunk, run.options).key
        before = takes.get(content, 1)
        takes[content] = ledger.allot_take(run.video, content, run_id, by=f"redo of clip {shot.label}")
        if takes[content] != before:
            redone[number - 1] = shot.model_copy(update={"rendered": False})
    return replace(run, takes=takes), tuple(redone)
