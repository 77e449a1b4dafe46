"""Trying a store out: whether it can be written and read, and whether the first one to add a record wins."""

from __future__ import annotations

import secrets

from longtake.assets.store import Store
from longtake.errors import StoreFailed


def try_out(store: Store) -> None:
    """Store, find and remove a small file and a record. Raises StoreFailed, SettingError."""
    token = secrets.token_hex(8)
    asset = store.put(token.encode(), suffix=".txt")
    try:
        found = store.verify(asset)
    finally:
        store.delete(asset)
    name = f"probe/{token}.txt"
    try:
        answers = {store.add_record(name, b"first"), store.add_record(name, b"second"), store.read_record(name)}
    finally:
        store.delete_record(name)
    if not found or answers != {b"first"}:
        raise StoreFailed(f"{store!r} does not keep what it is given")
