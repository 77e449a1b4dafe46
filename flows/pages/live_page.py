"""The page of a run that goes on: how far it is, what it has cost, and where each clip stands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows.pages.board import Board, complain
from flows.pages.links import short_link
from flows.pages.markdown import cell, clock, joined, plain, table
from flows.pages.money import Money, money_of
from flows.telling.display import length_text
from flows.telling.run_log import ClipState, clip_states
from longtake.ledger import LIVE, Job, Ledger, SpeechRequest
from longtake.money import usd_text
from longtake.orders import ClipRecord
from longtake.shots import Shot

CLIPS = "Clips: how far the run is"
MOST_ROWS = 40
MOST_REASONS = 20
LEAST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 3.0, 60.0
PART_OF_RUN = 0.05
"""Between two writes: 5 % of the time that the run has taken, so that a long run is not written a thousand times."""

RELOAD = "*Written anew while the clips come in: reload this page to see how far they are.*"
LAST_WRITE_SECONDS = 2.0
_BAR = 24


@dataclass
class Standing:
    """How far the clips of a run are. Of each that failed: why, and that with its clip and what to do."""

    shots: Sequence[Shot]
    budget_micro_usd: int | None
    begun: set[int] = field(default_factory=set)
    made: dict[int, ClipRecord] = field(default_factory=dict)
    failed: dict[int, tuple[str, str]] = field(default_factory=dict)
    is_over: bool = False

    def begin(self, shot: Shot) -> None:
        """Somebody works on the clip."""
        self.begun.add(shot.number)

    def end(self, shot: Shot, made: ClipRecord | BaseException) -> None:
        """The clip is there, or cannot be had."""
        self.begun.discard(shot.number)
        if isinstance(made, ClipRecord):
            self.made[shot.number] = made
        elif isinstance(made, Exception):
            self.failed[shot.number] = (str(made.__cause__ or made), str(made))


def live_text(
    standing: Standing, jobs: Sequence[Job], states: Mapping[str, ClipState], money: Money | None = None
) -> str:
    """The page. `jobs` are the video's live ones; `money` is None for a preview, whose clips cost nothing."""
    return joined(
        (
            _bar(standing),
            "" if standing.is_over else RELOAD,
            _counts(standing),
            _money(standing, money),
            _reasons(standing),
            _clips(standing, jobs, states),
        )
    )


def _bar(standing: Standing) -> str:
    done = len(standing.made) / max(1, len(standing.shots))
    filled = round(done * _BAR)
    return f"`{'█' * filled}{'░' * (_BAR - filled)}` **{done:.0%}**"


def _counts(standing: Standing) -> str:
    shots = standing.shots
    seconds = sum(shot.seconds for shot in shots if shot.number in standing.made)
    free = sum(shot.rendered for shot in shots)
    parts = [
        f"**{len(standing.made)} of {len(shots)} clips**",
        f"{length_text(seconds)} of {length_text(sum(shot.seconds for shot in shots))}",
        f"{free} were rendered before" if free else "",
        f"**{len(standing.failed)} cannot be had**" if standing.failed else "",
    ]
    return " · ".join(filter(None, parts))


def _money(standing: Standing, money: Money | None) -> str:
    if money is None:
        return "A preview: its clips cost nothing."
    budget = standing.budget_micro_usd
    of = "" if budget is None else f", of a budget of {usd_text(budget)}"
    retries = f" {money.retries} jobs were sent once more." if money.retries else ""
    return f"This video, over all its runs: {money.text}{of}.{retries}"


def _reasons(standing: Standing) -> str:
    """Each reason once, told of its first clip, with all clips that it holds for."""
    if not standing.failed:
        return ""
    alike: dict[str, list[int]] = {}
    for number, (reason, _) in standing.failed.items():
        alike.setdefault(reason, []).append(number)
    rows = [(_numbers(numbers), plain(standing.failed[numbers[0]][1])) for numbers in alike.values()]
    more = len(rows) - MOST_REASONS
    rest = f"and {more} reasons more, in the run's log" if more > 0 else ""
    what_now = _what_now(" ".join(why for _, why in rows)) if standing.is_over else ""
    return joined(("## Not rendered", what_now, _why(rows[:MOST_REASONS]), rest))


def _what_now(reasons: str) -> str:
    """What to do in the UI; the reasons themselves tell of commands."""
    retry = "Retry, above on the run's page, goes on from here: what is rendered stays, and nothing is paid twice."
    if "longtake accept" in reasons:
        retry += " It asks you whether a clip that failed its check is used all the same."
    if "longtake redo" in reasons:
        retry += " Copy to new run, with a clip's number in the field redo, pays for another take of that clip."
    return retry


def _why(rows: Sequence[Sequence[str]]) -> str:
    return table(("clips", "why, and what to do"), rows)


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(f"{number:03d}" for number in numbers[:MOST_REASONS])
    return shown if len(numbers) <= MOST_REASONS else f"{shown} and {len(numbers) - MOST_REASONS} more"


def _clips(standing: Standing, jobs: Sequence[Job], states: Mapping[str, ClipState]) -> str:
    live = {job.clip: job for job in jobs if job.state in LIVE}
    rows = [
        (
            shot.label,
            clock(shot.start_frame),
            f"{shot.seconds:.1f} s",
            cell(shot.first_words),
            *_state_of(shot, standing, live.get(shot.label), states.get(shot.label)),
        )
        for shot in _chosen(standing)
    ]
    more = len(standing.shots) - len(rows)
    rest = f"\n\nand {more} more" if more else ""
    return f"## Clips\n\n{table(('clip', '>start', '>length', 'begins with', 'state', 'watch'), rows)}{rest}"


def _chosen(standing: Standing) -> list[Shot]:
    """The clips to show, in order: what failed, what is worked on, what came last, what comes next."""
    if len(standing.shots) <= MOST_ROWS:
        return list(standing.shots)
    half = MOST_ROWS // 2
    working = [*list(standing.failed)[: half // 2], *sorted(standing.begun)[:half]]
    latest = list(standing.made)[-(MOST_ROWS - len(working)) :]
    numbers = dict.fromkeys((*working, *latest))
    for shot in standing.shots:
        if len(numbers) >= MOST_ROWS:
            break
        if shot.number not in standing.made:
            numbers[shot.number] = None
    return [standing.shots[number - 1] for number in sorted(numbers)]


def _state_of(shot: Shot, standing: Standing, job: Job | None, told: ClipState | None) -> tuple[str, str]:
    record = standing.made.get(shot.number)
    if record:
        by = "" if shot.rendered else f" by {cell(record.provider)}"
        return f"done{by}", short_link("watch", record.asset)
    if shot.number in standing.failed:
        return "**failed**", "–"
    if shot.number not in standing.begun:
        return ("stopped" if standing.is_over else "waits"), "–"
    if job and job.state != "submitted":
        return f"{job.state.value} at {cell(job.provider)}", "–"
    return (cell(told.text) if told else "in work"), "–"


class LivePage:
    """Writes the page anew while the clips come in."""

    def __init__(self, board: Board, standing: Standing, ledger: Ledger | None, video: str) -> None:
        self.standing = standing
        self._board = board
        self._ledger = ledger
        self._video = video
        self._begun_at = time.monotonic()
        self._last = ""
        self._spoken: Sequence[SpeechRequest] | None = None

    async def keep(self, behind: asyncio.Task[None]) -> None:
        """Once another page stands, write this one whenever something has changed, until cancelled.

        A fault is told once.
        """
        await asyncio.wait([behind])
        complained = False
        while True:
            try:
                await self.write()
            except Exception as error:  # the ledger may be locked; the run itself tells when it is gone
                if not complained:
                    complain(CLIPS, error)
                complained = True
            await asyncio.sleep(pause_seconds(time.monotonic() - self._begun_at))

    async def end(self) -> None:
        """Write the page for the last time."""
        self.standing.is_over = True
        try:
            async with asyncio.timeout(LAST_WRITE_SECONDS):
                await self.write()
        except Exception as error:  # as above
            complain(CLIPS, error)

    async def write(self) -> None:
        """Write the page, if it has changed."""
        jobs: Sequence[Job] = ()
        money = None
        if self._ledger:
            jobs = await asyncio.to_thread(self._ledger.jobs, video=self._video)
            if self._spoken is None:  # all is spoken before the first clip is cut
                self._spoken = await asyncio.to_thread(self._ledger.speech, video=self._video)
            money = money_of(jobs, self._spoken)
        text = live_text(self.standing, jobs, clip_states(), money)
        if text != self._last and await self._board.put(CLIPS, text):
            self._last = text


def pause_seconds(elapsed_seconds: float) -> float:
    """How long a run that has gone on for so long waits between two writes."""
    return min(LONGEST_PAUSE_SECONDS, max(LEAST_PAUSE_SECONDS, PART_OF_RUN * elapsed_seconds))
