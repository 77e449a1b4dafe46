"""Another take of a clip: a new one, or an older one again. The ledger holds which, so that a retry goes on with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from longtake.assets import Store, recall
from longtake.errors import SettingError
from longtake.ledger import Decision, Ledger
from longtake.options import RenderOptions
from longtake.orders import Order, find_clip, order_for
from longtake.run import Run
from longtake.shots import Shot, split_shots
from longtake.slices import chunk_recipe
from longtake.timeline import VideoTimeline

TAKE = "take"
"""The kind of the ledger's rows that say which take of a content counts."""


def current_takes(ledger: Ledger | None, video: str) -> Mapping[str, int]:
    """Which take of each content counts in the video; empty where no ledger is kept."""
    return ledger.takes(video) if ledger else {}


def check_redo(numbers: Collection[int], options: RenderOptions, takes: Mapping[int, int] | None = None) -> None:
    """Raise SettingError when a take of a preview is wanted, or two takes of one clip."""
    where = "redo" if numbers else "takes"
    if (numbers or takes) and options.is_preview:
        raise SettingError(
            "a preview has no takes: it is drawn the same each time.", where=where, hint="Choose a paid provider."
        )
    both = sorted(set(numbers).intersection(takes or ()))
    if both:
        raise SettingError(
            f"clip {both[0]} cannot have a new take and an older one.", where="takes", hint="Choose one of them."
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


def choose_takes(
    takes: Mapping[int, int],
    shots: tuple[Shot, ...],
    options: RenderOptions,
    video: str,
    store: Store,
    ledger: Ledger,
    *,
    run_id: str | None,
    where: str = "takes",
) -> None:
    """Have these takes of the clips of those numbers count, by rows in the ledger. Nothing is paid: their clips exist.

    What this very run has chosen before stands: a later redo is not undone by its retry. Raises SettingError, before
    anything is written, for a number that the video has not, or a take whose clip does not exist.
    """
    check_numbers(takes, len(shots), where)
    newest: dict[str, int] = {}
    own = set()
    for decision in ledger.decisions(video=video, kind=TAKE):
        newest[decision.subject] = max(int(decision.value), newest.get(decision.subject, 1))
        if run_id and decision.run_id == run_id:
            own.add(decision.subject)
    chosen = [_of_take(shots[number - 1], take, options, store, newest, where) for number, take in takes.items()]
    for order in chosen:
        if order.content_key not in own:
            ledger.decide(
                Decision(
                    kind=TAKE,
                    video=video,
                    subject=order.content_key,
                    value=str(order.take),
                    run_id=run_id,
                    by="choice of a take",
                )
            )


def _of_take(
    shot: Shot, take: int, options: RenderOptions, store: Store, newest: Mapping[str, int], where: str
) -> Order:
    """The order of that take of a shot, whose clip exists. Raises SettingError that tells which takes there are."""
    chunk = recall(store, chunk_recipe(shot.fingerprint))
    if chunk is None:
        raise SettingError(f"clip {shot.number} was not rendered yet.", where=where, hint="Leave it out.")
    first = order_for(shot.look, chunk.asset, options)
    takes = [first.model_copy(update={"take": number}) for number in range(1, newest.get(first.key, 1) + 1)]
    there = {order.take: order for order in takes if find_clip(store, order)}
    if take not in there:
        hint = f"It has take {' and '.join(map(str, there))}." if there else "None of its takes has a clip."
        raise SettingError(f"clip {shot.number} has no take {take}.", where=where, hint=hint)
    return there[take]
