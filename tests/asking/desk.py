"""A lasting server with emulated providers, and what a producer does there: start, read the form, resume, retry."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emulators.voices.launch import VoicesEmulator
from flows.asking.forms import Choice
from longtake.ledger import Decision, open_ledger
from tests.asking.killed import KILL_AT
from tests.deploy.team import wait_until
from tests.lasting_media import Up
from tests.paid.shop import Shop
from tests.serving import ask

LINES = ("Good morning to all who are {}.", "I am {} too, and that is all.")
"""A clip that another video has already costs nothing: so each says its own name."""
ENDS = ("Suspended", "Completed", "Failed", "Declined", "Cancelled", "Crashed", "NeedsApproval")


@dataclass(frozen=True)
class Producer:
    """Someone who uses nothing but Prefect's server."""

    up: Up
    paid: Shop
    voices: VoicesEmulator

    def start(self, video: str, lines: Sequence[str] = LINES, **more: Any) -> str:
        """Start a run that asks above nothing, as the form does; its id."""
        script = self.paid.write(video, [line.format(video) for line in lines])
        words = {"script": str(script), "video": video, "provider": "fal", "budget_usd": 20, "approve_above_usd": 0}
        return self.start_with(**(words | more))

    def start_with(self, **parameters: Any) -> str:
        (deployment,) = self.up.ask("deployments/filter", deployments={"name": {"any_": ["long-form-video"]}})
        run = self.up.ask(f"deployments/{deployment['id']}/create_flow_run", parameters=parameters)
        return str(run["id"])

    def ended(self, run: str) -> str:
        """Wait until the run waits for somebody, or is over; the name of its state."""
        return self.up.ended(run, *ENDS)

    def message(self, run: str) -> str:
        return str(self._run(run)["state"]["message"])

    def choices(self, run: str) -> list[str]:
        """What the form of a suspended run has to choose from."""
        words: list[str] = self.form(run)[1]["properties"]["decision"]["enum"]
        return words

    def form(self, run: str) -> tuple[str, dict[str, Any]]:
        """What the form of a suspended run says, and the schema of its fields."""
        keys = self._run(run)["state"]["state_details"]["run_input_keyset"]
        return self._input(run, keys["description"]), self._input(run, keys["schema"])

    def resume(self, run: str, **filled_in: Any) -> dict[str, Any]:
        """Resume it with what was filled in; what the server says."""
        said: dict[str, Any] = self.up.ask(f"flow_runs/{run}/resume", run_input=filled_in)
        return said

    def answer(self, run: str, decision: Choice | str, **more: Any) -> str:
        """Resume it with this decision, and wait; the name of the next state."""
        said = self.resume(run, decision=str(decision), **more)
        assert said["status"] == "ACCEPT", said
        return self.ended(run)

    def retry(self, run: str) -> str:
        """What the UI's Retry does; the name of the next state."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        state = {"type": "SCHEDULED", "name": "AwaitingRetry", "state_details": {"scheduled_time": now}}
        self.up.ask(f"flow_runs/{run}/set_state", state=state)
        return self.ended(run)

    def set_state(self, run: str, kind: str, name: str) -> None:
        """What the server or a worker makes of a run."""
        self.up.ask(f"flow_runs/{run}/set_state", state={"type": kind, "name": name}, force=True)

    def kill_next_at(self, point: str) -> None:
        """Have the next process of a run killed when it reaches the point."""
        (self.paid.home / KILL_AT).write_text(point)

    def rows(self, run: str, kind: str | None = None) -> list[Decision]:
        """The ledger's rows of a run, the oldest first."""
        ledger = open_ledger(f"sqlite:///{self.paid.home / 'ledger.sqlite'}")
        try:
            return list(reversed(ledger.decisions(run_id=run, kind=kind)))
        finally:
            ledger.dispose()

    def log(self, run: str) -> str:
        """The run's own log."""
        found = self.up.ask("logs/filter", logs={"flow_run_id": {"any_": [run]}}, sort="TIMESTAMP_ASC", limit=200)
        return "\n".join(line["message"] for line in found)

    def has_logged(self, run: str, text: str) -> None:
        """See that the run's log has it. Its last lines are sent behind its state."""
        wait_until(lambda: text in self.log(run), f"{text!r} in the log")

    def _run(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = ask("GET", f"{self.up.server.api_url}/flow_runs/{run}").json()
        return found

    def _input(self, run: str, key: str) -> Any:
        return ask("GET", f"{self.up.server.api_url}/flow_runs/{run}/input/{key}").json()
