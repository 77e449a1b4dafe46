"""Sets Prefect's server up for Longtake: blocks, pool, automations, deployments. Run again, it changes what differs.

    python -m deployments.bootstrap [--create-bucket]

Reads PREFECT_API_URL, the settings of Longtake, LONGTAKE_NOTIFY and LONGTAKE_POOL_TYPE.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import httpx
from prefect.blocks.core import Block
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import WorkPool
from prefect.events.schemas.automations import Automation, AutomationCore
from prefect.exceptions import ObjectNotFound
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

import blocks
from deployments.automations import is_notification, notifications, upkeep
from deployments.limits import wanted_limits
from flows.means.results import save_results_block
from longtake.assets.s3_place import DEFAULT_REGION, parse_s3
from longtake.errors import LongtakeError, SettingError
from longtake.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
POOL = "longtake"
WAIT_SECONDS = 120.0


class BootstrapSettings(BaseSettings):
    """What the set-up alone needs to know."""

    model_config = SettingsConfigDict(env_prefix="LONGTAKE_", frozen=True, extra="ignore", env_ignore_empty=True)

    notify: str = Field("", description="Notification blocks such as slack-webhook/longtake, with commas between.")
    pool_type: Literal["process", "docker", "kubernetes"] = Field("process", description="What runs a flow.")


async def bootstrap(settings: BootstrapSettings) -> None:
    """Set the server at PREFECT_API_URL up. Raises SettingError for a notification block that is not there."""
    async with get_client() as client:
        await _wait_for(client)
        for kind in block_types():
            await kind.aregister_type_and_schema(client=client)
        say(f"results are kept as {await save_results_block()}")
        await ensure_pool(client, settings.pool_type)
        await ensure_limits(client, load_settings().in_progress)
        wanted = list(upkeep())
        for name in filter(None, map(str.strip, settings.notify.split(","))):
            wanted += notifications(name, (await notification_block(client, name)).id)
        for automation in wanted:
            await ensure_automation(client, automation)
        await drop_notifications(client, keep={automation.name for automation in wanted})


def block_types() -> tuple[type[Block], ...]:
    """The types of block that this project defines."""
    return tuple(getattr(blocks, name) for name in blocks.__all__)


async def ensure_pool(client: PrefectClient, kind: str) -> None:
    """Have the work pool, with our job template where we have one of that kind, else with Prefect's."""
    path = ROOT / "deployments" / "pools" / f"{kind}.json"
    template: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    try:
        pool: WorkPool = await client.read_work_pool(POOL)
    except ObjectNotFound:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type=kind, base_job_template=template))
        say(f"made the {kind} pool {POOL}")
        return
    if pool.type != kind:
        raise SettingError(
            f"the pool {POOL} is of the kind {pool.type}.",
            where="LONGTAKE_POOL_TYPE",
            hint=f"Set it to {pool.type}, or delete the pool: prefect work-pool delete {POOL}.",
        )
    if template and pool.base_job_template != template:
        await client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))
        say(f"changed the job template of the pool {POOL}")


async def ensure_limits(client: PrefectClient, in_progress: Mapping[str, int]) -> None:
    """Have the limit of each account, at twice its jobs in progress."""
    known = {limit.name: limit.limit for limit in await client.read_global_concurrency_limits(limit=200)}
    for name, limit in (await wanted_limits(client, in_progress)).items():
        if known.get(name) != limit:
            await client.upsert_global_concurrency_limit_by_name(name, limit)
            say(f"{'changed' if name in known else 'made'} the limit {name}: {limit} clips at once")


async def ensure_automation(client: PrefectClient, wanted: AutomationCore) -> None:
    """Have the automation, by its name. One that a person has switched off stays off."""
    known = await client.read_automations_by_name(wanted.name)
    if not known:
        await client.create_automation(wanted)
        say(f"made the automation {wanted.name!r}")
        return
    found = known[0]
    wanted = wanted.model_copy(update={"enabled": found.enabled})
    if _content(found) != _content(wanted):
        await client.update_automation(found.id, wanted)
        say(f"changed the automation {wanted.name!r}")


async def drop_notifications(client: PrefectClient, keep: set[str]) -> None:
    """Tell nobody through a block that is named no more."""
    for found in await client.read_automations():
        if is_notification(found.name) and found.name not in keep:
            await client.delete_automation(found.id)
            say(f"removed the automation {found.name!r}")


def _content(automation: Automation | AutomationCore) -> dict[str, Any]:
    """What an automation says, but for what the server added, and with sets in an order."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(each) for key, each in sorted(value.items()) if key != "id" and each is not None}
        if isinstance(value, list):
            return sorted(map(plain, value), key=repr)
        return value

    told: dict[str, Any] = plain(automation.model_dump(mode="json", include=set(AutomationCore.model_fields)))
    return told


async def notification_block(client: PrefectClient, name: str) -> Any:
    """The block of that name, such as slack-webhook/team, without its secrets. Raises SettingError."""
    slug, _, block_name = name.partition("/")
    try:
        return await client.read_block_document_by_name(block_name, slug, include_secrets=False)
    except ObjectNotFound as error:
        raise SettingError(
            f"there is no block {name}.",
            where="LONGTAKE_NOTIFY",
            hint="Make it in Prefect's UI, under Blocks, or leave it out.",
        ) from error


async def _wait_for(client: PrefectClient) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while (fault := await client.api_healthcheck()) is not None:
        if time.monotonic() > deadline:
            raise LongtakeError(f"no Prefect server answers at {client.api_url}: {fault}")
        await asyncio.sleep(1)


def create_bucket(settings: Settings) -> None:
    """Make the store's bucket at an S3 server of one's own, unless it is there."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    place = parse_s3(settings.store or "", endpoint_url=str(settings.store_endpoint_url or "") or None)
    region = settings.store_region or DEFAULT_REGION
    client = boto3.client("s3", endpoint_url=place.endpoint_url, region_name=region)
    try:
        client.head_bucket(Bucket=place.bucket)
    except BotoCoreError as error:
        raise LongtakeError(f"{place.server} cannot be asked: {type(error).__name__}") from None
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != httpx.codes.NOT_FOUND:
            raise LongtakeError(
                f"the bucket {place.bucket} cannot be used: {error.response['Error']['Code']}"
            ) from None
        client.create_bucket(Bucket=place.bucket)
        say(f"made the bucket {place.bucket}")
    finally:
        client.close()


def deploy() -> None:
    """Register the deployments of prefect.yaml, as its own command does. Raises LongtakeError when that fails."""
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise LongtakeError(f"prefect deploy --all failed:\n{done.stdout}\n{done.stderr}")
    say("registered the deployments")


def say(text: str) -> None:
    """Tell a person."""
    print(text, flush=True)  # noqa: T201


def main(words: list[str]) -> int:
    """The command. Exit code 1 with a line on what is wrong."""
    if not os.environ.get("PREFECT_API_URL"):
        print("PREFECT_API_URL: names no server.", file=sys.stderr)  # noqa: T201
        return 1
    try:
        if "--create-bucket" in words:
            create_bucket(load_settings())
        asyncio.run(bootstrap(BootstrapSettings()))
        deploy()
    except LongtakeError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
