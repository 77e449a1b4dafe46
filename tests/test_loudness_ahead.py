"""The thread that works ahead: order, errors, and an early end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from longtake.loudness.ahead import ahead


def test_all_items_come_in_order() -> None:
    assert list(ahead(iter(range(1_000)))) == list(range(1_000))
    assert list(ahead([])) == []


def test_an_error_in_the_thread_is_raised_here() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("disk gone")

    stream = ahead(items())
    assert next(stream) == 1
    with pytest.raises(OSError, match="disk gone"):
        next(stream)


def test_a_reader_that_stops_ends_the_thread_and_closes_the_source() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    before = threading.active_count()
    stream = ahead(endless())
    next(stream)
    stream.close()
    assert closed.is_set()
    assert threading.active_count() == before
