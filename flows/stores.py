"""Which store a process uses: the one that its settings name."""

from __future__ import annotations

from longtake.assets import Store
from longtake.settings import Settings


def open_store(settings: Settings) -> Store:
    """The store that these settings name."""
    return settings.open_store()
