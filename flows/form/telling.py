"""How wrong input ends a run: as Failed, with one clear sentence that speaks of the form's fields."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from prefect.client.schemas.objects import State
from prefect.runtime import deployment, flow_run
from prefect.states import Failed

from flows.form.words import TYPED, in_fields
from longtake.errors import BadInput

P = ParamSpec("P")
R = TypeVar("R")


def told_plainly(flow: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R | State[R]]]:
    """End a deployment's run that was given wrong input as Failed, with the error's own words as its message.

    Elsewhere the error goes to whoever called. Without this, Prefect writes "Flow run encountered an exception" and the
    error's kind before the words.
    """

    @functools.wraps(flow)
    async def told(*args: P.args, **kwargs: P.kwargs) -> R | State[R]:
        try:
            return await flow(*args, **kwargs)
        except BadInput as error:
            if not deployment.id:
                raise
            return Failed(message=str(error) if TYPED in flow_run.tags else in_fields(str(error)))

    return told
