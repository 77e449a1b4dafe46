"""Real processes that do one thing to a ledger at the same moment; each answers with a word.

python -m tests.ledger.racers WHAT URL COUNT [--no-guard]

It loads everything once and forks, for fifty interpreters that each load it are slow and never meet. WHAT: `open` (a
new database), `budget` and `places` (each reserves an order of its own against room for ten), `order` (all reserve the
same order), `speech` and `text` (the same for requests to a voice). `--no-guard` takes away what makes a reservation
count alone.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from typing import Any

from sqlalchemy import event

from longtake.errors import LongtakeError, OverBudget
from longtake.ledger import Caps, Ledger, open_ledger
from longtake.ledger.engine import begin_sqlite
from tests.ledger.making import DOLLAR, new_job, new_speech

ROOM = 10
WINDOW_SECONDS = 0.02
"""Between counting and writing, so that processes without a guard surely meet."""


def linger(engine: Any) -> None:
    """Wait before a job is written, guard or no guard."""

    @event.listens_for(engine, "before_cursor_execute")
    def _wait(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith(("INSERT INTO longtake_jobs", "INSERT INTO longtake_speech")):
            time.sleep(WINDOW_SECONDS)


def without_guard(engine: Any) -> None:
    """SQLite as Python's driver opens it by default; Postgres without the locks on the caps."""
    if engine.dialect.name == "sqlite":
        event.remove(engine, "begin", begin_sqlite)

        @event.listens_for(engine, "connect")
        def _default(connection: Any, record: Any) -> None:
            connection.isolation_level = ""

        engine.dispose()
        return

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _unlocked(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> Any:
        if "longtake_caps" in statement:
            statement = statement.replace(" FOR UPDATE", "")
        return statement, parameters


def reserve(ledger: Ledger, what: str, number: int) -> str:
    caps = {
        "budget": Caps(video_micro_usd=ROOM * DOLLAR, in_progress=1000),
        "day": Caps(video_micro_usd=None, day_micro_usd=ROOM * DOLLAR, in_progress=1000),
        "places": Caps(video_micro_usd=None, in_progress=ROOM),
        "order": Caps(video_micro_usd=None, in_progress=1000),
    }[what]
    # They share nothing but what they race for, so that no other lock keeps them apart.
    video = "talk" if what == "budget" else f"video {number}"
    account = "fal:1" if what == "places" else f"fal:{number}"
    try:
        order = "the order" if what == "order" else f"order {number}"
        return ledger.reserve(new_job(order, video=video, account=account), caps).answer
    except OverBudget:
        return "over budget"


def speak(ledger: Ledger, what: str, number: int) -> str:
    """The same for requests to a voice: `speech` shares a budget, `text` is one text that all want."""
    text = "the text" if what == "text" else f"text {number}"
    video = "talk" if what == "speech" else f"video {number}"
    new = new_speech(text, video=video, account=f"openai:{number}", reserve_micro_usd=DOLLAR)
    caps = Caps(video_micro_usd=ROOM * DOLLAR, in_progress=1000)
    try:
        return ledger.begin_speech(new, caps, most_tries=3).answer
    except OverBudget:
        return "over budget"


def race(words: argparse.Namespace, number: int, ready: int, gate: int) -> str:
    if words.what == "open":
        os.write(ready, b".")
        os.read(gate, 1)
        open_ledger(words.url).dispose()
        return "opened"
    # For those that race for one order or text it is never the same day, whose cap would keep them apart on Postgres.
    zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago"] if words.what in ("order", "text") else ["UTC"]
    ledger = open_ledger(words.url, timezone=zones[number % len(zones)])
    engine = ledger._database.engine
    linger(engine)
    if words.no_guard:
        without_guard(engine)
    ledger.live()  # connected
    os.write(ready, b".")
    os.read(gate, 1)
    act = speak if words.what in ("speech", "text") else reserve
    return act(ledger, words.what, number)


def child(words: argparse.Namespace, number: int, ready: int, gate: int) -> str:
    try:
        return race(words, number, ready, gate)
    except LongtakeError as error:
        os.write(ready, b".")
        return f"{type(error).__name__}: {error}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["open", "budget", "day", "places", "order", "speech", "text"])
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("--no-guard", action="store_true")
    words = parser.parse_args()
    if words.what != "open":
        open_ledger(words.url).dispose()
    (ready_in, ready_out), (gate_in, gate_out), (answers_in, answers_out) = os.pipe(), os.pipe(), os.pipe()
    for number in range(words.count):
        if os.fork() == 0:
            os.close(gate_out)
            answer = child(words, number, ready_out, gate_in)
            os.write(answers_out, answer.encode() + b"\n")
            os._exit(0)
    ready = 0
    while ready < words.count:
        ready += len(os.read(ready_in, words.count - ready))
    os.close(gate_out)  # all wake up
    os.close(answers_out)
    with os.fdopen(answers_in) as stream:
        answers = stream.read().splitlines()
    for _ in range(words.count):
        os.wait()
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
