"""Many real processes at the same moment: no cap is passed, and without its guard it is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ledger.racers import ROOM

ROOT = Path(__file__).parents[2]
PROCESSES = 50
FEWER = 20


def race(what: str, url: str, count: int, *words: str) -> Counter[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.ledger.racers", what, url, str(count), *words],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert len(answers) == count
    return Counter(answers)


@pytest.mark.parametrize(
    ("what", "count", "refusal"),
    [("budget", PROCESSES, "over budget"), ("day", FEWER, "over budget"), ("places", FEWER, "no place")],
)
def test_processes_never_pass_a_cap(url: str, what: str, count: int, refusal: str) -> None:
    assert race(what, url, count) == {"reserved": ROOM, refusal: count - ROOM}


@pytest.mark.parametrize(("what", "count"), [("budget", PROCESSES), ("day", FEWER), ("places", FEWER)])
def test_without_the_guard_they_do(url: str, what: str, count: int) -> None:
    """What makes the test before this one worth something."""
    assert race(what, url, count, "--no-guard")["reserved"] > ROOM


def test_of_many_that_want_one_order_one_gets_it(url: str) -> None:
    assert race("order", url, FEWER) == {"reserved": 1, "live": FEWER - 1}


def test_voices_never_pass_a_cap_and_one_of_many_speaks_a_text(url: str) -> None:
    assert race("speech", url, FEWER) == {"go": ROOM, "over budget": FEWER - ROOM}
    assert race("text", url, FEWER) == {"go": 1, "wait": FEWER - 1}


def test_without_the_guard_voices_pass_it(url: str) -> None:
    assert race("speech", url, FEWER, "--no-guard")["go"] > ROOM


def test_a_new_sqlite_database_is_opened_by_many_at_once(tmp_path: Path) -> None:
    for number in range(3):
        assert race("open", f"sqlite:///{tmp_path}/{number}/ledger.sqlite", 8) == {"opened": 8}


def test_a_new_postgres_database_is_opened_by_many_at_once(new_postgres: Callable[[], str]) -> None:
    assert race("open", new_postgres(), 8) == {"opened": 8}
