"""Fires the inbox flow against a server, as often as it is told to, in a process of its own.

python -m tests.inbox.firing; each line of stdin holds the flow's parameters as JSON, each of stdout how it ended.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.command_line import ROOT, environment
from tests.lasting_media import Up

ANSWER = "fired: "


@dataclass
class Fired:
    """How a firing ended."""

    name: str
    message: str
    report: dict[str, Any]

    def told(self, what: str) -> dict[str, str]:
        """What was said, by the items' names."""
        return {one["name"]: one["text"] for one in self.report[what]}


class Scheduler:
    """A process that fires when it is told to."""

    def __init__(self, home: Path, up: Up, **env: str) -> None:
        self._up = up
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.inbox.firing"],
            cwd=ROOT,
            env=environment(home, PREFECT_API_URL=up.server.api_url, PREFECT_LOGGING_LEVEL="ERROR", **env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, **parameters: Any) -> None:
        """Fire, and do not wait."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"settle_seconds": 0} | parameters) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Fired:
        """How the oldest firing ended that was not asked for."""
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith(ANSWER):
                return Fired(*json.loads(line.removeprefix(ANSWER)))
        raise AssertionError("the scheduler has ended")

    def fire(self, **parameters: Any) -> Fired:
        """Fire, and wait for the end."""
        self.begin(**parameters)
        return self.answer()

    def fire_when_done(self, **parameters: Any) -> Fired:
        """Wait until no run goes on, then fire."""
        for run in self._up.runs():
            self._up.ended(run["id"], "Completed", "Failed", "NeedsApproval", "Crashed", "Cancelled")
        return self.fire(**parameters)

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


async def main() -> None:
    from flows.inbox import content_inbox

    while line := await asyncio.to_thread(sys.stdin.readline):
        state = await content_inbox(**json.loads(line), return_state=True)
        report = (await state.aresult()).model_dump(mode="json") if state.is_completed() else {}
        print(f"{ANSWER}{json.dumps([state.name, state.message, report])}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
