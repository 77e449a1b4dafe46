"""Which store a process uses: the one that its settings name."""

from __future__ import annotations

from longtake.assets import Store
from longtake.errors import SettingError
from longtake.settings import Settings


def open_store(settings: Settings) -> Store:
    """The store that these settings name. Prefect is imported for one that a block names, and for no other."""
    if not (settings.store or "").startswith("block:"):
        return settings.open_store()
    from blocks.store_opening import open_named_store
    from flows.server.lasting import find_lasting_server

    server = find_lasting_server(settings)
    if server is None:
        raise SettingError(
            f"{settings.store!r} is kept on a Prefect server, and none is known.",
            where="LONGTAKE_STORE",
            hint="Set PREFECT_API_URL, or name the store itself: a folder, or s3://bucket/prefix.",
        )
    return open_named_store(settings, server.api_url)
