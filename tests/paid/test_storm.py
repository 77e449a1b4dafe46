"""A storm: 30 % of all answers are faulty on the wire. It finishes, and every clip was paid once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulators.faults import ProviderName, Rule
from emulators.settings import AccountSettings, EmulatorSettings
from tests.paid.site import all_clips, site

CLIPS = 120
PLACES = 10
KINDS = 9
RATE = 0.3
SAFE_PLACES = ("status", "result", "list", "upload", "download")
LOST_SUBMITS = (
    {"fault": "accept-then-drop"},
    {"fault": "rst-after"},
    {"fault": "half-body"},
    {"fault": "broken-json"},
    {"fault": "html"},
    {"fault": "status-code", "status": 500, "accepted": True},
    {"fault": "status-code", "status": 502, "accepted": False},
    {"fault": "status-code", "status": 504, "accepted": True},
    {"fault": "status-code", "status": 408, "accepted": False},
)
"""Nobody can tell from the answer whether these were accepted."""

PLAIN_SUBMITS = (
    {"fault": "status-code", "status": 429, "retry_after": "0.05"},
    {"fault": "status-code", "status": 429},
    {"fault": "status-code", "status": 425},
)
"""Surely not accepted."""

LOST_ANSWERS = (
    {"fault": "accept-then-drop"},
    {"fault": "rst-before"},
    {"fault": "half-body"},
    {"fault": "broken-json"},
    {"fault": "html"},
    {"fault": "status-code", "status": 429, "retry_after": "0.05"},
    {"fault": "status-code", "status": 500},
    {"fault": "status-code", "status": 502},
    {"fault": "status-code", "status": 503},
    {"fault": "status-code", "status": 504},
)


def storm(submits: tuple[dict[str, object], ...]) -> tuple[Rule, ...]:
    """Rules of which each strikes so often that together they spoil 30 % of the answers."""
    rules = [{"where": "submit", **fault, "rate": RATE / len(submits)} for fault in submits]
    for where in SAFE_PLACES:
        kinds = [fault for fault in LOST_ANSWERS if where != "download" or fault["fault"] not in ("broken-json",)]
        rules += [{"where": where, **fault, "rate": RATE / len(kinds)} for fault in kinds]
    return tuple(Rule.model_validate(rule) for rule in rules)


@pytest.mark.parametrize("provider", ["fal", "aimlapi", "pixazo"])
def test_a_storm_on_the_wire_is_finished_and_each_clip_paid_once(provider: ProviderName, tmp_path: Path) -> None:
    submits = PLAIN_SUBMITS if provider == "pixazo" else (*PLAIN_SUBMITS, *LOST_SUBMITS)
    settings = EmulatorSettings(mean_seconds=0.2, tiny=True).model_copy(
        update={
            "faults": storm(submits),
            provider: AccountSettings(concurrency=PLACES, key=f"emulated-id:emulated-{provider}-secret"),
        }
    )
    with site(tmp_path, provider, clips=CLIPS, settings=settings) as here:
        told = here.run(
            LONGTAKE_IN_PROGRESS=json.dumps({provider: PLACES}),
            LONGTAKE_PACE__ATTEMPTS="12",
            LONGTAKE_PACE__DEADLINE_SECONDS="10",
        )
        assert all_clips(told), {label: text for label, text in told.items() if not text.startswith("clip ")}
        book = here.book
        faulty = sum(bool(seen.fault) for seen in here.emulator.requests())
        assert book.paid == CLIPS
        assert book.most_in_progress <= PLACES
        assert len(here.jobs("completed")) == CLIPS
        assert not here.jobs("unknown", "submitted", "submitting", "reserved", "rejected", "lost")
        assert faulty > CLIPS
