"""The store's epoch: a word that changes when files were lost, so that results that name them are not trusted."""

from __future__ import annotations

import secrets

from longtake.assets.store import Store

_RECORD = "epoch.txt"


def epoch(store: Store) -> str:
    """The word of the present epoch."""
    data = store.read_record(_RECORD)
    return data.decode() if data else "first"


def begin_epoch(store: Store) -> None:
    """Begin a new epoch: whoever kept results of an older one works them out anew."""
    store.write_record(_RECORD, secrets.token_hex(8).encode())
