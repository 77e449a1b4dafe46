"""What all tasks share: how they are cached, retried and named."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar, cast

from prefect import task
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.tasks import Task, exponential_backoff

import blocks.store_results  # noqa: F401  whoever runs a step can keep its result where the server says
from longtake.assets import content_key
from longtake.errors import LedgerFailed, PassingFault, StoreFailed

P = ParamSpec("P")
R = TypeVar("R")
CacheKey = Callable[[TaskRunContext, dict[str, Any]], str | None]


def keyed(name: str, number: int, content: Callable[[dict[str, Any]], object]) -> CacheKey:
    """A cache key of the task's name, a number raised by hand when its result should change, and its content.

    `content` picks plain values out of the task's parameters. The store's epoch is part of the key, so that results
    that name lost files are not used again.
    """

    def cache_key(context: TaskRunContext, parameters: dict[str, Any]) -> str:  # noqa: ARG001  Prefect's signature
        return f"{name}-{number}-{parameters['run'].epoch}-{content_key(content(parameters))}"

    return cache_key


async def _may_pass(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001  Prefect's signature
    """Only what may pass by itself is tried again: bad input stays bad. What failed closed is safe to repeat."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, PassingFault | StoreFailed | LedgerFailed | OSError)


def step(
    name: str, run_name: str | Callable[[], str], cache_key: CacheKey, *, retries: int = 3
) -> Callable[[Callable[P, Coroutine[Any, Any, R]]], Callable[P, Coroutine[Any, Any, R]]]:
    """The decorator of every step: results kept as JSON, passing faults retried after 1, 2, 4 ... seconds or so."""

    def decorate(function: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
        made = task(
            name=name,
            task_run_name=run_name,
            cache_key_fn=cache_key,
            persist_result=True,
            result_serializer="json",
            retries=retries,
            retry_delay_seconds=exponential_backoff(backoff_factor=1),
            retry_jitter_factor=0.5,
            retry_condition_fn=_may_pass,
        )(function)
        return cast(Callable[P, Coroutine[Any, Any, R]], made)

    return decorate
