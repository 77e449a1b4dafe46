"""Python's search for garbage, in processes that import much and keep it."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Have Python look for garbage less often than it does by itself.

    That is a tenth of a command's start, and a fifth of the start of Prefect's server.
    """
    gc.set_threshold(50_000, 20, 100)
