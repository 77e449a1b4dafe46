"""What a person sees: progress on stderr (live in a terminal, lines elsewhere), results and plans on stdout."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from longtake.manifest import VideoResult
from longtake.planning import VideoPlan
from longtake.progress import Listener

SECONDS_BETWEEN_LINES = 5.0


def length_text(seconds: float) -> str:
    """A length as a person reads it, such as 1 h 02 min 05 s or 12.4 s."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min {rest:02d} s" if hours else f"{minutes} min {rest:02d} s"


class LiveListener:
    """Shows a bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}
        self._seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    def stage(self, name: str, total: int, unit: str) -> None:
        """Begin a bar, or begin it anew."""
        with self._lock:
            self._seconds[name] = 0.0
            if name in self._bars:
                self._progress.reset(self._bars[name], total=total)
            else:
                self._bars[name] = self._progress.add_task(name, total=total, unit=unit, worth="")

    def advance(self, name: str, steps: int, seconds: float) -> None:
        """Move a bar on."""
        with self._lock:
            self._seconds[name] += seconds
            worth = length_text(self._seconds[name]) if self._seconds[name] else ""
            self._progress.update(self._bars[name], advance=steps, worth=worth)

    def note(self, text: str) -> None:
        """Print above the bars."""
        self._progress.console.print(text, markup=False, highlight=False)


class PlainListener:
    """Prints a line when a stage begins, ends, and every few seconds between."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stages: dict[str, tuple[int, int, str, float]] = {}
        self._last = 0.0
        self._lock = threading.Lock()

    def stage(self, name: str, total: int, unit: str) -> None:
        """Remember a stage's size."""
        with self._lock:
            self._stages[name] = (0, total, unit, 0.0)

    def advance(self, name: str, steps: int, seconds: float) -> None:
        """Tell how far the stage is, not too often."""
        with self._lock:
            done, total, unit, worth = self._stages[name]
            done, worth = done + steps, worth + seconds
            self._stages[name] = (done, total, unit, worth)
            now = time.monotonic()
            if done < total and now - self._last < SECONDS_BETWEEN_LINES:
                return
            self._last = now
        self.note(f"{name}: {done} of {total} {unit}" + (f", {length_text(worth)}" if worth else ""))

    def note(self, text: str) -> None:
        """Print a line."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


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
    console = Console(highlight=False, soft_wrap=True)
    if result.from_manifest:
        console.print("Nothing to do: this very video is finished already, and its files are sound.")
    console.print(f"[bold]{result.output or result.asset.address}[/]", markup=True)
    new = "all rendered before" if not result.new_clips else f"{result.new_clips} newly rendered"
    loudness = "" if result.integrated_lufs is None else f", {result.integrated_lufs:.1f} LUFS"
    console.print(
        f"  {length_text(result.seconds)}, {result.width}x{result.height}, {result.clips} clips ({new}){loudness}"
    )
    if result.preview:
        console.print("  A preview: it cost nothing. Rendered for real it would cost")
        for price in result.estimates:
            console.print(f"    {price.text}" + (f"; {price.remark}" if price.remark else ""))


def show_plan(plan: VideoPlan) -> None:
    """Show a plan as a table, and its totals."""
    console = Console(highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, side in (("clip", "left"), ("start", "right"), ("length", "right"), ("ends in", "left")):
        table.add_column(name, justify="right" if side == "right" else "left", no_wrap=True)
    table.add_column("who", no_wrap=True)
    table.add_column("begins with", overflow="ellipsis", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for shot in plan.shots:
        pause = "the end" if shot.cut is None else f"{shot.pause_seconds:.2f} s ({shot.cut})"
        state = "rendered, free" if shot.rendered else "new"
        start = shot.start_frame / 25
        clock = f"{int(start // 3600)}:{int(start % 3600 // 60):02d}:{start % 60:05.2f}"
        table.add_row(shot.label, clock, f"{shot.seconds:.2f} s", pause, shot.speaker, shot.first_words, state)
    console.print(table)
    console.print(
        f"\n{plan.video}: {length_text(plan.seconds)}, {plan.width}x{plan.height}, {len(plan.shots)} clips under "
        f"{plan.limit_seconds:.0f} s, {plan.rendered} rendered before."
    )
    for price in plan.estimates:
        console.print(f"  {price.text}" + (f"; {price.remark}" if price.remark else ""))
