"""Prefect's results, kept in the store beside all else, so that a rerun on any machine with that store finds them."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

from prefect import filesystems
from pydantic import HttpUrl, PrivateAttr

from blocks.logos import BUCKET_LOGO
from blocks.store_opening import open_named_store
from longtake.assets import Store
from longtake.settings import load_settings

_OPENING = threading.Lock()
RESULTS = "results/"
"""What the names of all results begin with, among the store's records."""


class StoreResults(filesystems.WritableFileSystem):
    """Keeps what tasks and flows answered in the store that the machine's own settings name.

    It holds nothing itself, no place and no key: each machine opens its store as Longtake does. It keeps results that
    are written as JSON alone, and reads no others, for reading a pickle runs whatever somebody put into it.

    Example:
        Keep the results of a flow of your own there too:
        ```python
        from blocks.store_results import StoreResults
        from prefect import flow

        results = StoreResults.load("BLOCK_NAME")

        @flow(persist_result=True, result_serializer="json", result_storage=results)
        def my_flow(): ...
        ```
    """

    _block_type_name = "Longtake results in the store"
    _block_type_slug = "longtake-store-results"
    _logo_url = BUCKET_LOGO
    _documentation_url = HttpUrl("https://docs.prefect.io/v3/advanced/results")

    _store: Store | None = PrivateAttr(default=None)
    _read: dict[str, bytes] = PrivateAttr(default_factory=dict)

    async def aread_path(self, path: str) -> bytes:
        """The result of that key. Raises ValueError when there is none, StoreFailed when that cannot be told."""
        seen = self._seen(path)
        return seen if seen else await asyncio.to_thread(self._fetched, path)

    async def awrite_path(self, path: str, content: bytes) -> None:
        """Keep a result. Raises ValueError for what is not JSON; Prefect then goes on without it."""
        await asyncio.to_thread(self._keep, path, content)

    def read_path(self, path: str, *, _sync: bool = True) -> bytes:  # type: ignore[override]  # Prefect passes _sync
        """The same for tasks that are not async."""
        return self._seen(path) or self._fetched(path)

    def write_path(self, path: str, content: bytes, *, _sync: bool = True) -> None:  # type: ignore[override]  # as above
        """The same for tasks that are not async."""
        self._keep(path, content)

    def _opened(self) -> Store:
        with _OPENING:
            if self._store is None:
                self._store = open_named_store(load_settings())
        return self._store

    def _seen(self, path: str) -> bytes | None:
        """What was just read. Prefect asks whether a result exists by reading it, and then reads it once more.

        So the second reading is of the same bytes, and cannot fail where the first one did not.
        """
        return self._read.pop(path, None)

    def _fetched(self, path: str) -> bytes:
        content = self._opened().read_record(RESULTS + path)
        if content is None:
            raise ValueError(f"there is no result {path}")
        _check(content, path)
        self._read[path] = content
        return content

    def _keep(self, path: str, content: bytes) -> None:
        self._read.pop(path, None)
        _check(content, path)
        self._opened().write_record(RESULTS + path, content)


def _check(content: bytes, path: str) -> None:
    """Raise ValueError for a result that was not written as JSON. Those of flows are written without a head."""
    record: Any = json.loads(content)
    head = record.get("metadata") if isinstance(record, dict) else None
    serializer = head.get("serializer") if isinstance(head, dict) else None
    if serializer and not (isinstance(serializer, dict) and serializer.get("type") == "json"):
        raise ValueError(f"the result {path} is not written as JSON")
