"""Suspending a run until a person has filled a form in: no process is needed meanwhile, and any worker goes on."""

from __future__ import annotations

from prefect.flow_runs import asuspend_flow_run
from prefect.input.actions import aread_flow_run_input
from prefect.input.run_input import keyset_from_base_key
from prefect.runtime import deployment, flow_run

from flows.asking.forms import Answer, Form

WAIT_DAYS = 14
"""After so long the run fails as never resumed; its Retry asks the same again."""

_WAIT_SECONDS = WAIT_DAYS * 24 * 60 * 60


def can_ask() -> bool:
    """Whether the present run can be suspended: one of a deployment, and of nobody else's flow."""
    return bool(deployment.id) and not flow_run.parent_flow_run_id


async def ask(form: type[Form], key: str) -> None:
    """Suspend the run. Returns where it was resumed since without a word, and never in the run's first process.

    The form is saved first: a suspended run without one could never be resumed.
    """
    await form.asave(keyset_from_base_key(_base(key)))
    await asuspend_flow_run(wait_for_input=form, key=key, timeout=_WAIT_SECONDS)


async def read_answer(key: str) -> Answer | None:
    """What was filled in when the run was resumed; None when nothing was, or it never was."""
    found = await aread_flow_run_input(key=keyset_from_base_key(_base(key))["response"])
    return Answer.model_validate(found) if found else None


def _base(key: str) -> str:
    """Under which Prefect keeps what belongs to a suspension with that key."""
    return f"suspended-{key}"
