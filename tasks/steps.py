"""What all tasks share: how they are cached, retried and named."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.tasks import Task, exponential_backoff

import blocks.store_results  # noqa: F401  whoever runs a step can keep its result where the server says
from longtake.assets import content_key
from longtake.errors import LedgerFailed, PassingFault, StoreFailed

P = ParamSpec("P")
R = TypeVar("R")
CacheKey = Callable[["Call"], str]


class Call:
    """A step's run name, and its arguments by their names, as one thing that Prefect does not look into.

    It walks through the parameters of each task run several times, and the timeline of a long video holds a million
    values: that would be quadratic in the number of clips.
    """

    def __init__(self, name: str, arguments: Mapping[str, Any]) -> None:
        self.name = name
        self.arguments = arguments


def keyed(name: str, number: int, content: Callable[[Mapping[str, Any]], object]) -> CacheKey:
    """A cache key of the task's name, a number raised by hand when its result should change, and its content.

    `content` picks plain values out of the step's arguments. The store's epoch is part of the key, so that results
    that name lost files are not used again.
    """

    def cache_key(call: Call) -> str:
        return f"{name}-{number}-{call.arguments['run'].epoch}-{content_key(content(call.arguments))}"

    return cache_key


async def _may_pass(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001  Prefect's signature
    """Only what may pass by itself is tried again: bad input stays bad. What failed closed is safe to repeat."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, PassingFault | StoreFailed | LedgerFailed | OSError)


def step(
    name: str, run_name: str, cache_key: CacheKey, *, retries: int = 3
) -> Callable[[Callable[P, Coroutine[Any, Any, R]]], Callable[P, Coroutine[Any, Any, R]]]:
    """The decorator of every step: results kept as JSON, passing faults retried after 1, 2, 4 ... seconds or so.

    `run_name` is formatted with the step's arguments.
    """

    def decorate(function: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
        signature = inspect.signature(function)

        def key_of(context: TaskRunContext, parameters: dict[str, Any]) -> str:  # noqa: ARG001  Prefect's signature
            return cache_key(parameters["call"])

        @task(
            name=name,
            description=function.__doc__,
            task_run_name="{call.name}",
            cache_key_fn=key_of,
            persist_result=True,
            result_serializer="json",
            retries=retries,
            retry_delay_seconds=exponential_backoff(backoff_factor=1),
            retry_jitter_factor=0.5,
            retry_condition_fn=_may_pass,
        )
        async def made(call: Call) -> R:
            return await function(**call.arguments)  # type: ignore[call-arg]  # they were bound to its signature

        @wraps(function)
        async def called(*args: P.args, **kwargs: P.kwargs) -> R:
            arguments = signature.bind(*args, **kwargs).arguments
            answer: R = await made(Call(run_name.format(**arguments), arguments))
            return answer

        return called

    return decorate
