"""What a person sees: progress on stderr (live in a terminal, lines elsewhere), results and plans on stdout."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from typing_extensions import override

from longtake.grid import frames_to_seconds
from longtake.manifest import VideoResult
from longtake.money import micro_usd, usd_text
from longtake.planning import VideoPlan
from longtake.progress import Listener
from longtake.shots import Shot

SECONDS_BETWEEN_LINES = 5.0
PLAIN_WIDTH = 140


def length_text(seconds: float) -> str:
    """A length as a person reads it, such as 1 h 02 min 05 s or 12.4 s."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min {rest:02d} s" if hours else f"{minutes} min {rest:02d} s"


def clips_text(count: int) -> str:
    """So many clips, in words."""
    return f"{count:,} clip{'' if count == 1 else 's'}"


@dataclass
class _Stage:
    """How far a stage is."""

    total: int
    unit: str
    done: int = 0
    seconds: float = 0.0
    told_at: float = -math.inf
    bar: TaskID | None = None

    @property
    def worth(self) -> str:
        return length_text(self.seconds) if self.seconds else ""


class _Stages:
    """Counts the steps of all stages. A stage that has ended is not told again when the run looks through it anew."""

    def __init__(self) -> None:
        self._stages: dict[str, _Stage] = {}
        self._lock = threading.Lock()

    def stage(self, name: str, total: int, unit: str) -> None:
        """Begin a stage."""
        with self._lock:
            if name not in self._stages:
                self._stages[name] = _Stage(total, unit)
                self.begun(name, self._stages[name])

    def advance(self, name: str, steps: int, seconds: float) -> None:
        """Count steps of a stage."""
        with self._lock:
            stage = self._stages[name]
            if stage.done < stage.total:
                stage.done += steps
                stage.seconds += seconds
                self.moved(name, stage)

    def begun(self, name: str, stage: _Stage) -> None:
        """Show a stage that begins."""

    def moved(self, name: str, stage: _Stage) -> None:
        """Show how far a stage is."""


class LiveListener(_Stages):
    """Shows a bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    @override
    def begun(self, name: str, stage: _Stage) -> None:
        stage.bar = self._progress.add_task(name, total=stage.total, unit=stage.unit, worth="")

    @override
    def moved(self, name: str, stage: _Stage) -> None:
        if stage.bar is not None:
            self._progress.update(stage.bar, completed=stage.done, worth=stage.worth)

    def note(self, text: str) -> None:
        """Print above the bars."""
        self._progress.console.print(text, markup=False, emoji=False, highlight=False)


class PlainListener(_Stages):
    """Prints a line for a stage's first step, its last, and every few seconds between."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    @override
    def moved(self, name: str, stage: _Stage) -> None:
        now = time.monotonic()
        if stage.done == stage.total or now - stage.told_at > SECONDS_BETWEEN_LINES:
            stage.told_at = now
            worth = f", {stage.worth}" if stage.worth else ""
            self.note(f"{name}: {stage.done} of {stage.total} {stage.unit}{worth}")

    def note(self, text: str) -> None:
        """Print a line."""
        self._console.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)


@contextmanager
def progress_shown() -> Iterator[Listener]:
    """A listener that shows progress on stderr for as long as the context lasts."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainListener(console)
        return
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description:<7}"),
        BarColumn(bar_width=32),
        TextColumn("{task.completed:.0f} of {task.total:.0f} {task.fields[unit]}"),
        TextColumn("[cyan]{task.fields[worth]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield LiveListener(progress)


def show_result(result: VideoResult) -> None:
    """Tell where the video lies, how long it is, and what it cost or would have cost."""
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if result.from_manifest:
        console.print("Nothing to do: this very video is finished already, and its files are sound.")
    console.print(result.output or result.asset.address, style="bold")
    new = "all rendered before" if not result.new_clips else f"{result.new_clips} newly rendered"
    loudness = "" if result.integrated_lufs is None else f", {result.integrated_lufs:.1f} LUFS"
    console.print(
        f"  {length_text(result.seconds)}, {result.width}x{result.height}, {result.clips} clips ({new}){loudness}"
    )
    for problem in result.problems:
        console.print(f"  Check: {problem}", style="yellow")
    if result.drafts:
        numbers = ", ".join(map(str, result.drafts))
        console.print(
            f"  A draft: clips {numbers} are previews. Call the same command again to render them.", style="yellow"
        )
    if result.paid_usd:
        paid = ", ".join(f"${usd:,.2f} at {provider}" for provider, usd in result.paid_usd.items())
        console.print(f"  Its clips cost {paid}.")
    if result.voices_usd:
        console.print(f"  Its voices cost {usd_text(micro_usd(result.voices_usd))}.")
    if result.preview:
        cost = "its clips cost nothing" if result.voices_usd else "it cost nothing"
        console.print(f"  A preview: {cost}. Rendered for real it would cost")
        for price in result.estimates:
            console.print(f"    {price.text}")


def plain_console(width: int = PLAIN_WIDTH) -> Console:
    """A console for tables. Where it is no terminal, they are so wide."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = width
    return console


def show_plan(plan: VideoPlan) -> None:
    """Show a plan as a table, and its totals."""
    console = plain_console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    rows = [_plan_row(shot) for shot in plan.shots]
    for column, (name, side) in enumerate(_PLAN_COLUMNS):
        widest = max(len(name), *(len(row[column]) for row in rows))
        words = name == "begins with"
        table.add_column(
            name, justify=side, no_wrap=True, overflow="ellipsis", min_width=12 if words else min(widest, 24)
        )
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print(
        f"\n{plan.video}: {length_text(plan.seconds)}, {plan.width}x{plan.height}, {len(plan.shots)} clips under "
        f"{plan.limit_seconds:.0f} s, {plan.rendered} rendered before."
    )
    if plan.finish.text:
        console.print(f"  Around and over it: {plan.finish.text}.")
    if plan.unspoken:
        console.print(
            f"  An estimate: {plan.unspoken.lines} lines are spoken by this machine's voice here, with "
            f"{plan.unspoken.text}."
        )
    for price in plan.estimates:
        console.print(f"  {price.text}")


_PLAN_COLUMNS: tuple[tuple[str, JustifyMethod], ...] = (
    ("clip", "left"),
    ("start", "right"),
    ("length", "right"),
    ("ends in", "left"),
    ("who", "left"),
    ("begins with", "left"),
    ("state", "left"),
)


def _plan_row(shot: Shot) -> tuple[str, ...]:
    start = frames_to_seconds(shot.start_frame)
    return (
        shot.label,
        f"{int(start // 3600)}:{int(start % 3600 // 60):02d}:{start % 60:05.2f}",
        f"{shot.seconds:.2f} s",
        "the end" if shot.cut is None else f"{shot.pause_seconds:.2f} s ({shot.cut})",
        shot.speaker,
        shot.first_words,
        "rendered, free" if shot.rendered else "new",
    )
