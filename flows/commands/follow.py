"""Following a run of the deployment on a lasting server, from the command line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flows.form.words import TYPED
from flows.server.lasting import DEPLOYMENT, LastingServer
from flows.server.reach import use_server
from flows.telling.answers import read_answer
from longtake import errors
from longtake.errors import BadInput, LongtakeError, SettingError
from longtake.manifest import VideoResult
from longtake.progress import Listener

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

POLL_SECONDS = 0.5
LAST_LINES_SECONDS = 1.0
"""The last lines of a run's log come a little later than its end."""

PREFIX = "Flow run encountered an exception: "
REFUSED_BY_PREFECT = "Validation of flow parameters failed"
TOLD_AT_THE_END = ("Encountered exception during execution", "Finished in state Failed")
"""How Prefect's own lines about a failure begin: a trace, and once more the message."""


async def run_deployment(server: LastingServer, parameters: dict[str, Any], listener: Listener) -> VideoResult:
    """Start a run with these parameters and follow it to its end. A Ctrl-C cancels the run."""
    use_server(server.api_url)
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Cancelling

    import blocks.store_results  # noqa: F401  in which the run most likely kept its answer

    async with get_client() as client:
        try:
            deployment = await client.read_deployment_by_name(DEPLOYMENT)
        except ObjectNotFound as error:
            raise LongtakeError(
                f"the server at {server.api_url} has no deployment {DEPLOYMENT}: run `prefect deploy --all`, "
                "or `longtake up` on this machine"
            ) from error
        run = await client.create_flow_run_from_deployment(deployment.id, parameters=parameters, tags=[TYPED])
        listener.note(f"Run {run.name}: {server.ui_url}/v2/runs/flow-run/{run.id}")
        try:
            state = await _end_of(run.id, listener)
        except asyncio.CancelledError:
            await asyncio.shield(client.set_flow_run_state(run.id, Cancelling()))  # one that has ended stays as it is
            raise
        if not state.is_completed():
            raise _error_of(state)
        return await _answer_of(run.id, state)


async def _answer_of(run_id: UUID, state: State[Any]) -> VideoResult:
    """What a completed run answered: from the results, or, where this machine cannot read them, from the server."""
    try:
        return VideoResult.model_validate(await state.aresult(retry_result_failure=False))
    except Exception as error:  # whatever a storage, a block or a disk of another machine makes of it
        answer = await read_answer(run_id)
        if answer is None:
            raise LongtakeError(
                "the run has completed, but its answer can be read neither from its results nor from the server "
                f"({type(error).__name__}); the video is where the run put it, and its page tells where"
            ) from error
        return answer


def _error_of(state: State[Any]) -> LongtakeError:
    """What the run failed with, of its own kind where that is bad input. Prefect writes its name before the message."""
    text = str(state.message)
    if state.name == "Failed" and not text.startswith((PREFIX, REFUSED_BY_PREFECT)):
        return SettingError(text)  # wrong input is told in its own words
    name, _, told = text.removeprefix(PREFIX).partition(": ")
    kind = getattr(errors, name, None)
    if not (state.is_failed() and isinstance(kind, type) and issubclass(kind, LongtakeError)):
        return LongtakeError(f"the run ended as {state.name}: {state.message}")
    return SettingError(told) if issubclass(kind, BadInput) else LongtakeError(told)


async def _end_of(run_id: UUID, listener: Listener) -> State[Any]:
    """Tell the run's log as it grows; the state in which the run ended."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
    from prefect.client.schemas.sorting import LogSort

    told = 0
    waits = ended = False
    async with get_client() as client:
        while True:
            run = await client.read_flow_run(run_id)
            logs = await client.read_logs(
                LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id])), sort=LogSort.TIMESTAMP_ASC, offset=told
            )
            for line in logs:
                if line.task_run_id is None and not line.message.startswith(TOLD_AT_THE_END):
                    listener.note(line.message)
            told += len(logs)
            if run.state and run.state.is_final() and ended:
                return run.state
            ended = bool(run.state and run.state.is_final())
            if run.state and run.state.name == "Late" and not waits:
                waits = True
                listener.note("The run still waits for someone to take it: is a worker, or `longtake up`, running?")
            await asyncio.sleep(LAST_LINES_SECONDS if ended else POLL_SECONDS)
