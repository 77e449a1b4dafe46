"""Accounts that are saved as Prefect blocks: a run opens them by name, with the keys and places that they hold."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from blocks import AimlapiProvider, FalProvider, PixazoProvider, S3Inputs
from blocks.s3_publisher import S3Publisher
from flows.means.accounts import open_accounts
from longtake.errors import SettingError
from longtake.settings import load_settings
from tests.command_line import ROOT, environment
from tests.prefect_database import own_prefect
from tests.providers.gateways import KEY, PACE, offer_of

BUCKET = "a-bucket-of-the-block"


def main() -> None:
    """In a process of its own, with Prefect's own temporary server: save blocks, open them by name, tell of them."""

    async def act() -> dict[str, Any]:
        inputs = S3Inputs(bucket=BUCKET, aws_access_key_id=SecretStr(KEY), aws_secret_access_key=SecretStr(KEY))
        await inputs.asave("place")
        await FalProvider(api_key=SecretStr(KEY), in_progress_limit=7).asave("team")
        pixazo = PixazoProvider(api_key=SecretStr(KEY), inputs=await S3Inputs.aload("place"))
        await pixazo.asave("team")
        names = {"fal": "team", "pixazo": "team"}
        offers = {name: offer_of(name) for name in names}
        opened = await open_accounts(names, offers, "720p", load_settings(), None)
        told: dict[str, Any] = {
            account.provider.name: [
                account.provider.account,
                account.provider.in_progress_limit,
                account.provider.inputs,
            ]
            for account in opened
        }
        told["pixazo"][2] = told["pixazo"][2]._bucket.name
        told["fal"][2] = type(told["fal"][2]).__name__
        for account in opened:
            await account.provider.aclose()
        try:
            await open_accounts({"fal": "nobody"}, offers, "720p", load_settings(), None)
        except SettingError as error:
            told["nobody"] = str(error)
        return told

    print(json.dumps(asyncio.run(act())))


def test_a_saved_account_is_opened_by_its_name_with_all_that_it_holds(tmp_path: Path) -> None:
    env = environment(tmp_path, **own_prefect(tmp_path / "prefect"))
    for name in ("FAL_KEY", "PIXAZO_API_KEY"):
        env.pop(name, None)
    command = [sys.executable, "-m", "tests.providers.test_saved_blocks"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["fal"] == ["fal:328d9784", 7, "FalStorage"]
    assert told["pixazo"] == ["pixazo:328d9784", 2, BUCKET]
    assert "longtake-fal/nobody" in told["nobody"]
    assert "--provider" in told["nobody"]
    stored = b"".join(path.read_bytes() for path in (tmp_path / "prefect").glob("*.db*"))
    assert stored and KEY.encode() not in stored


@pytest.mark.parametrize("kind", [FalProvider, AimlapiProvider, PixazoProvider])
def test_a_bucket_of_the_block_is_used_unless_another_place_is_given_and_closed_with_the_account(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[S3Publisher] = []

    async def close(publisher: S3Publisher) -> None:
        closed.append(publisher)

    monkeypatch.setattr(S3Publisher, "aclose", close)
    block = kind(api_key=SecretStr(KEY), inputs=S3Inputs(bucket=BUCKET))
    own, other = block.open(PACE), block.open(PACE, S3Inputs(bucket="another").open(PACE))
    assert (own.inputs._bucket.name, other.inputs._bucket.name) == (BUCKET, "another")
    for provider in (own, other):
        asyncio.run(provider.aclose())
    assert closed == [own.inputs]


if __name__ == "__main__":
    main()
