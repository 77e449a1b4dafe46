"""Two steps of a stream at once: what comes before runs in a thread of its own, a little ahead."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from typing import TypeVar

Item = TypeVar("Item")

_END = object()
_DEPTH = 8
_LOOK_SECONDS = 0.1


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items, made in a thread while the ones before are being used; at most a few wait.

    libav's calls let other threads run, so this fills two cores. An error in the thread is raised here. When the reader
    stops early, the thread stops too and `items` is closed before this returns.
    """
    waiting: Queue[object] = Queue(_DEPTH)
    stopped = threading.Event()
    failures: list[BaseException] = []

    def put(item: object) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=_LOOK_SECONDS)
                return True
            except Full:
                continue
        return False

    def make() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                if not put(item):
                    break
        except BaseException as error:
            failures.append(error)
        finally:
            if isinstance(iterator, Iterator) and hasattr(iterator, "close"):
                iterator.close()
            put(_END)

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not _END:
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        while not waiting.empty():
            try:
                waiting.get_nowait()
            except Empty:
                break
        thread.join()
    if failures:
        raise failures[0]
