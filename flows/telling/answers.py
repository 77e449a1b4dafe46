"""What a run answered, written down on the server too: a table on the run's page, which any machine can read."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from longtake.manifest import VideoResult

DESCRIPTION = "For programs: the run's answer, as `longtake render --json` prints it."
WRITE_SECONDS = 10.0
"""Prefect's client tries again for a minute where a server does not answer; the video is finished without."""


async def tell_answer(result: VideoResult) -> None:
    """Put the answer onto the page of the present run. What goes wrong there costs the table, never the video."""
    from prefect import get_run_logger
    from prefect.artifacts import acreate_table_artifact

    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await acreate_table_artifact([result.model_dump(mode="json")], description=DESCRIPTION)
    except Exception as error:  # the server's database may be locked, full or gone
        get_run_logger().warning("The run's answer is not on its page: %s", type(error).__name__)


async def read_answer(run_id: UUID) -> VideoResult | None:
    """The last answer on the run's page; None when there is none."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterType
    from prefect.client.schemas.sorting import ArtifactSort

    wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]), type=ArtifactFilterType(any_=["table"]))
    async with get_client() as client:
        found = await client.read_artifacts(artifact_filter=wanted, sort=ArtifactSort.UPDATED_DESC)
    answers = (_parsed(artifact.data) for artifact in found if artifact.description == DESCRIPTION)
    return next((answer for answer in answers if answer), None)


def _parsed(data: Any) -> VideoResult | None:
    try:
        rows = json.loads(data) if isinstance(data, str) else data
        return VideoResult.model_validate(rows[0])
    except (ValueError, ValidationError, LookupError, TypeError):
        return None
