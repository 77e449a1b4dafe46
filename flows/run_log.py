"""What a run tells while nobody listens at a terminal: its notes go into the run's log."""

from __future__ import annotations

from prefect import get_run_logger

from longtake import progress


class RunLog:
    """Hears progress and writes what a person should read into the log of the run, as Prefect's UI shows it."""

    def __init__(self) -> None:
        self._logger = get_run_logger()

    def stage(self, name: str, total: int, unit: str) -> None:
        """Say nothing: Prefect shows each step as a task run."""

    def advance(self, name: str, steps: int, seconds: float) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Write a line."""
        self._logger.info(text)


def tell_the_run() -> None:
    """Write notes into the run's log, unless somebody listens already."""
    if not progress.is_heard():
        progress.listen(RunLog())
