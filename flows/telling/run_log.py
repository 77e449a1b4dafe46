"""What a run tells while nobody listens at a terminal: what a person should read goes into the run's log."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType

from prefect import get_run_logger

from flows.telling.display import length_text
from longtake import progress
from longtake.errors import LongtakeError

TOLD_ONE_BY_ONE = 100
"""Of a video with more clips, the log tells how far it is instead of each clip's way through a provider's queue."""

TOLD_PARTS = 20
_PROVIDERS_LOG = re.compile(r"clip (\d+), \w+: ")
_STATE = re.compile(r"clip (\d+): (\w+) ([A-Za-z_]+)(?:, position (\d+))?")


@dataclass(frozen=True)
class ClipState:
    """Where a clip stands, in its provider's word."""

    provider: str
    word: str
    position: int | None

    @property
    def text(self) -> str:
        """As a page tells it."""
        return f"{self.provider}: {self.word}" + ("" if self.position is None else f", position {self.position}")


class RunLog:
    """Hears progress and writes what a person should read into the log of the run, as Prefect's UI shows it.

    A clip's state is told when its word changes. Its position in a queue is told on the run's page, and what the
    provider's own machine prints is told nowhere.
    """

    def __init__(self) -> None:
        self._logger = get_run_logger()
        self.states: dict[str, ClipState] = {}
        self._clips = self._done = 0
        self._seconds = 0.0

    def stage(self, name: str, total: int, unit: str) -> None:  # noqa: ARG002  the listener's signature
        """Learn how many clips there are; Prefect shows all other steps as task runs."""
        if name == "clips":
            self._clips, self._done, self._seconds = total, 0, 0.0

    def advance(self, name: str, steps: int, seconds: float) -> None:
        """Tell of a long video how far it is, now and then."""
        if name != "clips":
            return
        before, self._done = self._done, self._done + steps
        self._seconds += seconds
        parts = (before * TOLD_PARTS // self._clips, self._done * TOLD_PARTS // self._clips) if self._clips else (0, 0)
        if self._clips > TOLD_ONE_BY_ONE and parts[0] < parts[1]:
            self._logger.info(f"{self._done} of {self._clips} clips, {length_text(self._seconds)}")

    def note(self, text: str) -> None:
        """Write a line, unless it is about a clip and says nothing that a person needs."""
        if _PROVIDERS_LOG.match(text):
            return
        state = _STATE.fullmatch(text)
        if state:
            clip, now = state[1], ClipState(state[2], state[3], int(state[4]) if state[4] else None)
            before, self.states[clip] = self.states.get(clip), now
            is_new = before is None or (before.provider, before.word) != (now.provider, now.word)
            if not is_new or self._clips > TOLD_ONE_BY_ONE:
                return
            text = f"clip {clip}: {now.provider} {now.word}"
        self._logger.info(text)


class _Calm(logging.Filter):
    """Prefect tells each end but a completed one as an error, also where a run only waits for a person's answer.

    Of an error it tells where in the program it was raised; one of ours says in words what is wrong.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all of it through, as what it is."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, LongtakeError):
            record.msg, record.args = f"{record.getMessage().partition(': ')[0]}: {error}", ()
            record.exc_info = record.exc_text = None
        if record.levelno == logging.ERROR and record.getMessage().startswith("Finished in state Suspended("):
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True


_CALM = _Calm()

_present: ContextVar[RunLog | None] = ContextVar("run_log", default=None)


def tell_the_run() -> None:
    """Write notes into the run's log, unless somebody listens already. Prefect shows how tasks end beside the log."""
    tasks = logging.getLogger("prefect.task_runs")
    if tasks.getEffectiveLevel() == logging.INFO:
        tasks.setLevel(logging.WARNING)
    logging.getLogger("prefect.flow_runs").addFilter(_CALM)
    if not progress.is_heard():
        log = RunLog()
        progress.listen(log)
        _present.set(log)


def clip_states() -> Mapping[str, ClipState]:
    """Where each clip of the present run stands at its provider, by label, as far as was told."""
    log = _present.get()
    return log.states if log else MappingProxyType({})
