"""What `deploy --all` and the set-up leave on a server: as the snapshot says, and the same when they run again."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from deployments.automations import is_notification, upkeep
from deployments.bootstrap import ensure_automation, ensure_pool, notification_block
from longtake.errors import SettingError
from tests.command_line import ROOT
from tests.deploy.team import Team

SNAPSHOT = Path(__file__).with_name("deployments.json")
TOLD_BY_THE_SERVER = {"id", "created", "updated", "flow_id", "deployment_id", "work_queue_id", "last_polled", "status"}
NOT_COMPARED = TOLD_BY_THE_SERVER | {"parameter_openapi_schema", "version", "labels", "created_by", "updated_by"}
"""The schema is that of the flow's own parameters, and the version a hash of the file."""


def _plain(value: Any, leave_out: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each, leave_out) for key, each in value.items() if key not in leave_out}
    if isinstance(value, list):
        return [_plain(each, leave_out) for each in value]
    if isinstance(value, str) and value.startswith("deployment:"):
        return "deployment:..."
    return value


def deployments(team: Team) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = team.ask("POST", "deployments/filter", {"sort": "NAME_ASC"})
    return found


def test_the_resolved_deployments_are_those_of_the_snapshot(team: Team) -> None:
    resolved = [_plain(one, NOT_COMPARED) for one in deployments(team)]
    assert resolved == json.loads(SNAPSHOT.read_text()), json.dumps(resolved, indent=2)


def test_each_names_a_flow_that_imports_and_parameters_that_it_has(team: Team) -> None:
    named = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    found = {one["name"]: one for one in deployments(team)}
    assert set(found) == {one["name"] for one in named}
    for one in found.values():
        assert set(one["parameters"]) <= set(one["parameter_openapi_schema"]["properties"])
        assert one["description"]


def everything(team: Team) -> dict[str, Any]:
    """All that the set-up makes, with its ids, but for when a deployment was last registered."""
    asked = {
        "deployments": deployments(team),
        "automations": team.ask("POST", "automations/filter", {}),
        "pools": team.ask("POST", "work_pools/filter", {}),
        "limits": team.ask("POST", "v2/concurrency_limits/filter", {}),
        "blocks": team.ask("POST", "block_documents/filter", {}),
        "types": team.ask("POST", "block_types/filter", {}),
    }
    moving = {"updated", "last_polled", "status", "work_pool"}
    plain: dict[str, Any] = {name: _plain(found, moving) for name, found in asked.items()}
    for one in plain["deployments"]:
        for schedule in one["schedules"]:  # registered anew each time
            schedule.pop("id")
            schedule.pop("created")
    return plain


def test_the_set_up_run_again_changes_nothing(team: Team) -> None:
    before = everything(team)
    is_told = any(is_notification(one["name"]) for one in before["automations"])
    assert "made" not in team.set_up(LONGTAKE_NOTIFY="custom-webhook/longtake" if is_told else "")
    assert everything(team) == before
    assert [pool["type"] for pool in before["pools"]] == ["process"]
    slugs = {kind["slug"] for kind in before["types"]}
    assert slugs >= {"longtake-fal", "longtake-aimlapi", "longtake-pixazo", "longtake-store-results"}


def test_an_automation_that_was_changed_is_set_right_and_one_that_was_switched_off_stays_off(
    team: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    silent, crashed, _ = upkeep()
    found = {one["name"]: one for one in team.ask("POST", "automations/filter", {})}
    first, second = found[silent.name], found[crashed.name]
    team.ask("PATCH", f"automations/{first['id']}", {"enabled": False})
    changed = {key: second[key] for key in ("name", "trigger", "actions", "enabled")} | {"description": "changed"}
    team.ask("PUT", f"automations/{second['id']}", changed)
    for wanted in (silent, crashed):
        team.act(partial(ensure_automation, wanted=wanted))
    assert capsys.readouterr().out == f"changed the automation {crashed.name!r}\n"
    assert team.ask("GET", f"automations/{first['id']}")["enabled"] is False
    assert team.ask("GET", f"automations/{second['id']}")["description"] == second["description"]
    team.ask("PATCH", f"automations/{first['id']}", {"enabled": True})


def test_nobody_gets_in_without_the_password_and_health_needs_none(team: Team) -> None:
    assert httpx.post(f"{team.api_url}/block_documents/filter", json={}).status_code == httpx.codes.UNAUTHORIZED
    assert httpx.get(f"{team.api_url}/health").is_success


def test_a_pool_of_another_kind_and_a_missing_block_are_told(team: Team) -> None:
    with pytest.raises(SettingError, match=r"LONGTAKE_POOL_TYPE: the pool longtake is of the kind process\."):
        team.act(partial(ensure_pool, kind="docker"))
    with pytest.raises(SettingError, match=r"LONGTAKE_NOTIFY: there is no block slack-webhook/nobody\."):
        team.act(partial(notification_block, name="slack-webhook/nobody"))
    program = "import sys; from deployments.bootstrap import main; sys.exit(main([]))"
    assert "PREFECT_API_URL: names no server." in team.run("-c", program, code=1, PREFECT_API_URL="")
