"""Real processes that want the same items at the same moment; each answers with those that it claimed.

python -m tests.inbox.racers URL COUNT see|claim

`see`: the items are new to all of them. `claim`: all have read them before any claims.
"""

from __future__ import annotations

import json
import os
import sys
import time

from longtake.ledger import NewRun, open_ledger

STAMPS = {"one": "s", "two": "s", "three": "s"}
WINDOW_SECONDS = 0.05


def race(url: str, what: str, ready: int, gate: int) -> list[str]:
    ledger = open_ledger(url)
    look = ledger.items.see("/inbox", STAMPS) if what == "claim" else None
    os.write(ready, b".")
    os.read(gate, 1)
    look = look or ledger.items.see("/inbox", STAMPS)
    time.sleep(WINDOW_SECONDS)
    run = NewRun(stamp="s", content_hash="c", video="v", parameters="{}")
    return [name for name, item in look.items.items() if item.attempt == 0 and ledger.items.claim(item, run)]


def main() -> None:
    url, count, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    ledger = open_ledger(url)
    if what == "claim":
        ledger.items.see("/inbox", STAMPS)
    ledger.dispose()
    (ready_in, ready_out), (gate_in, gate_out), (answers_in, answers_out) = os.pipe(), os.pipe(), os.pipe()
    for _ in range(count):
        if os.fork() == 0:
            os.close(gate_out)
            os.write(answers_out, json.dumps(race(url, what, ready_out, gate_in)).encode() + b"\n")
            os._exit(0)
    ready = 0
    while ready < count:
        ready += len(os.read(ready_in, count - ready))
    os.close(gate_out)  # all wake up
    os.close(answers_out)
    with os.fdopen(answers_in) as stream:
        answers = [json.loads(line) for line in stream]
    for _ in range(count):
        os.wait()
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
