"""A run's log: what is no fault is not shown as one."""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Iterator

import pytest

from flows.telling.run_log import tell_the_run
from longtake import progress
from longtake.errors import HolesLeft


@pytest.fixture
def told() -> Iterator[list[tuple[str, str]]]:
    """The levels and texts of what runs and tasks log."""
    found: list[tuple[str, str]] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append((record.levelname, record.getMessage()))

    handler = Handler()
    loggers = [logging.getLogger(name) for name in ("prefect.flow_runs", "prefect.task_runs")]
    before = [(logger.level, logger.filters[:], logger.handlers) for logger in loggers]
    for logger in loggers:
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
    yield found
    for logger, (level, filters, handlers) in zip(loggers, before, strict=True):
        logger.handlers, logger.filters = handlers, filters
        logger.setLevel(level)


def test_a_suspended_run_is_no_error_and_ends_of_tasks_are_not_told(told: list[tuple[str, str]]) -> None:
    def log() -> None:
        progress.listen(_Listener())
        tell_the_run()
        tell_the_run()
        runs, tasks = logging.getLogger("prefect.flow_runs"), logging.getLogger("prefect.task_runs")
        runs.error("Finished in state Suspended(type=PAUSED)")
        runs.error("Finished in state Failed('2 of 3 clips could not be rendered')")
        tasks.info("Finished in state Completed()")
        tasks.error("Task run failed")

    contextvars.copy_context().run(log)
    assert told == [
        ("INFO", "Finished in state Suspended(type=PAUSED)"),
        ("ERROR", "Finished in state Failed('2 of 3 clips could not be rendered')"),
        ("ERROR", "Task run failed"),
    ]


def test_an_error_of_ours_is_told_in_words_and_any_other_with_its_trace(told: list[tuple[str, str]]) -> None:
    traces = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            traces.append(record.exc_info is not None)

    def log() -> None:
        progress.listen(_Listener())
        tell_the_run()
        runs = logging.getLogger("prefect.flow_runs")
        runs.addHandler(Kept())
        for error in (HolesLeft("100% of it is missing: clip 001\nwhy"), KeyError("a mistake")):
            try:
                raise error
            except Exception as raised:  # as Prefect does
                runs.exception("Encountered exception during execution: %r", raised)

    contextvars.copy_context().run(log)
    assert told == [
        ("ERROR", "Encountered exception during execution: 100% of it is missing: clip 001\nwhy"),
        ("ERROR", "Encountered exception during execution: KeyError('a mistake')"),
    ]
    assert traces == [False, True]


class _Listener:
    """Somebody who listens already."""

    def stage(self, name: str, total: int, unit: str) -> None:
        pass

    def advance(self, name: str, steps: int, seconds: float) -> None:
        pass

    def note(self, text: str) -> None:
        pass
