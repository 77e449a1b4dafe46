"""The present run's pages on Prefect's server: each a Markdown artifact, made once and then written anew."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from uuid import UUID

from longtake import progress

WRITE_SECONDS = 10.0
"""Prefect's client tries again for a minute where a server does not answer: nobody waits that long for a page."""

LONGEST_NAME = 60
SICK_SECONDS = 1.0
"""For so long a server is waited for that has failed the last time."""


def run_with_pages() -> UUID | None:
    """The present run, if it is one of a deployment: others show no pages, for their server ends with them."""
    from prefect.runtime import deployment, flow_run

    return UUID(flow_run.id) if deployment.id and flow_run.id else None


class Board:
    """Writes pages. A run that is retried, or goes on after a pause, finds those that it wrote before."""

    def __init__(self, run_id: UUID, video: str) -> None:
        self._run_id = run_id
        self._video = video
        self._written: dict[str, UUID] = {}
        self._complained: set[str] = set()
        self._is_sick = False

    async def put(self, title: str, text: str) -> bool:
        """Write the page of this title; whether it is written. What goes wrong is told in the log, once a page."""
        try:
            async with asyncio.timeout(SICK_SECONDS if self._is_sick else WRITE_SECONDS):
                await self._put(title, text)
        except Exception as error:  # the server's database may be locked, full or gone
            self._is_sick = True
            if title not in self._complained:
                self._complained.add(title)
                complain(title, error)
            return False
        self._is_sick = False
        return True

    async def _put(self, title: str, text: str) -> None:
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate

        async with get_client() as client:
            page = self._written.get(title) or await self._find(title)
            if page:
                await client.update_artifact(page, ArtifactUpdate(data=text))
            else:
                new = ArtifactCreate(
                    key=key_of(self._video, title),
                    type="markdown",
                    description=title,
                    data=text,
                    flow_run_id=self._run_id,
                )
                page = (await client.create_artifact(new)).id
        self._written[title] = page

    async def _find(self, title: str) -> UUID | None:
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterType

        mine = ArtifactFilter(
            flow_run_id=ArtifactFilterFlowRunId(any_=[self._run_id]), type=ArtifactFilterType(any_=["markdown"])
        )
        async with get_client() as client:
            found = await client.read_artifacts(artifact_filter=mine)
        return next((artifact.id for artifact in found if artifact.description == title), None)


def key_of(video: str, title: str) -> str:
    """What Prefect's UI names the page by: the video, and the first word of the title. Keys have plain letters only."""
    letters = unicodedata.normalize("NFKD", video).encode("ascii", "ignore").decode().lower()
    name = "-".join(re.findall("[a-z0-9]+", letters))[:LONGEST_NAME].strip("-")
    return "-".join(filter(None, (name, title.partition(":")[0].lower())))


def complain(what: str, error: BaseException) -> None:
    """Tell the run's log that a part of a page could not be made."""
    from prefect import get_run_logger
    from prefect.exceptions import MissingContextError

    text = f"{what}: not on the run's page ({type(error).__name__})"
    try:
        get_run_logger().warning(text)
    except MissingContextError:
        progress.note(text)
