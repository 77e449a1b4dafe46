"""How long the caller can wait for whatever is asked, with all repeats."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends_at: ContextVar[float] = ContextVar("patience_ends_at", default=math.inf)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Within it, questions and downloads raise ProviderBusy rather than go on for longer than `seconds` in all.

    It holds for the tasks that are begun within it, and an inner one never lengthens an outer one. A submit is never
    cut short: its answer is worth the wait.
    """
    token = _ends_at.set(min(_ends_at.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


def patience_left_seconds() -> float:
    """What is left of the caller's patience; infinite where nobody has set it an end."""
    return max(0.0, _ends_at.get() - time.monotonic())
