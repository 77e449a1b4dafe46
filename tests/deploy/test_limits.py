"""Prefect's limits of accounts: made by the set-up, kept to by the clips of all workers, and no more than a bound."""

from __future__ import annotations

import json
from functools import partial

import pytest
from starlette.requests import Request
from starlette.responses import Response

from deployments.bootstrap import ensure_limits
from deployments.limits import wanted_limits
from tests.deploy.team import Team
from tests.store.proxies import Pass, proxied

CLIPS_AT_ONCE = """
import asyncio, json, sys
from types import SimpleNamespace
from flows.means.slots import SlottedMaker

class Maker:
    at_once = 10
    busy = most = made = 0

    async def make(self, work, store):
        self.busy += 1
        self.most = max(self.most, self.busy)
        await asyncio.sleep(0.3)
        self.busy -= 1
        self.made += 1

async def main():
    maker = Maker()
    slotted = SlottedMaker(maker, sys.argv[1])
    await asyncio.gather(*(slotted.make(SimpleNamespace(label=str(n)), None) for n in range(6)))
    print(json.dumps({"most": maker.most, "made": maker.made}))

asyncio.run(main())
"""


def limits_of(team: Team) -> dict[str, tuple[int, int]]:
    """Each limit by its name: the limit, and how many slots are taken."""
    found = team.ask("POST", "v2/concurrency_limits/filter", {})
    return {one["name"]: (one["limit"], one["active_slots"]) for one in found}


def make_clips(team: Team, limit: str, **more: str) -> dict[str, int]:
    told = team.run("-c", CLIPS_AT_ONCE, limit, **more).splitlines()
    answer: dict[str, int] = json.loads(next(line for line in told if line.startswith("{")))
    return answer


def test_each_account_has_a_limit_of_twice_its_places(team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    key = {"FAL_KEY": "an id:a secret", "PIXAZO_API_KEY": "a key"}
    save = (
        "from blocks.pixazo import PixazoProvider; PixazoProvider(in_progress_limit=4).save('limited', overwrite=True)"
    )
    team.run("-c", save, **key)
    wanted = team.act(partial(wanted_limits, in_progress={"fal": 5}))
    assert wanted == {"longtake-fal": 10, "longtake-pixazo-limited": 8}
    for places in (5, 5, 6):
        team.act(partial(ensure_limits, in_progress={"fal": places}))
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "made the limit longtake-fal: 10 clips at once",
        "made the limit longtake-pixazo-limited: 8 clips at once",
        "changed the limit longtake-fal: 12 clips at once",
    ]
    assert limits_of(team)["longtake-fal"] == (12, 0)


def test_clips_keep_to_the_limit_and_give_their_slots_back(team: Team) -> None:
    team.act(partial(ensure_limits, in_progress={"aimlapi": 1}))
    assert make_clips(team, "longtake-aimlapi") == {"most": 2, "made": 6}
    assert limits_of(team)["longtake-aimlapi"] == (2, 0)


def test_a_clip_goes_on_where_there_is_no_slot_to_be_had(team: Team) -> None:
    assert make_clips(team, "longtake-nobody")["made"] == 6


def test_a_slot_that_the_server_does_not_take_back_costs_no_clip(team: Team) -> None:
    refused = []

    async def refuse(request: Request, on: Pass) -> Response | None:
        if not request.url.path.endswith("/decrement-with-lease"):
            return None
        refused.append(request.url.path)
        return Response("a database that is away", status_code=500)

    team.act(partial(ensure_limits, in_progress={"pixazo": 3}))
    with proxied(team.api_url.removesuffix("/api")) as (url, proxy):
        proxy.meet = refuse
        assert make_clips(team, "longtake-pixazo", PREFECT_API_URL=f"{url}/api")["made"] == 6
    assert len(refused) >= 6
