"""The forms that a suspended run shows in Prefect's UI, and what stands in them when they come back.

The names of fields and the words of choices are what a client of the API sends: they stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from uuid import UUID

from prefect.exceptions import PrefectHTTPStatusError
from prefect.input import RunInput
from prefect.input.actions import acreate_flow_run_input
from prefect.input.run_input import Keyset
from pydantic import Field, create_model
from typing_extensions import override

from longtake.frozen import Frozen

MOST_BUDGET_USD = 1_000_000


class Choice(StrEnum):
    """What a person may say to a price."""

    STOP = "No, stop here"
    ALL = "Yes, render all"
    FIRST_CLIP = "First clip only, then ask again"


class Word(StrEnum):
    """What a person may say of a job."""

    NOTHING = "Decide nothing, end here"
    PAID = "It was accepted, and so paid"
    NOT_ACCEPTED = "It was never accepted, nor paid"
    USE_IT = "Use the clip all the same"


class Answer(Frozen, extra="ignore"):
    """What came back from a form. What it lacks was left as it was; no decision is a no."""

    decision: str = ""
    budget_usd: float | None = None
    provider: str | None = None


NO_WORD = Answer()
"""What a run has heard that was resumed without a word."""


class Form(RunInput):
    """A form of a run that waits. It may be saved twice: a process may end between that and being suspended."""

    @classmethod
    def told(cls) -> str:
        """What stands above its fields."""
        return str(cls._description)

    @classmethod
    @override
    async def asave(cls, keyset: Keyset, flow_run_id: UUID | None = None) -> None:
        with _unless_there():
            await super().asave(keyset, flow_run_id)
        with _unless_there():
            await acreate_flow_run_input(key=keyset["description"], value=cls._description, flow_run_id=flow_run_id)


@contextmanager
def _unless_there() -> Iterator[None]:
    try:
        yield
    except PrefectHTTPStatusError as error:
        if error.response.status_code != HTTPStatus.CONFLICT:
            raise


def price_form(
    description: str, *, choices: Sequence[Choice], budget_usd: float, providers: Sequence[str]
) -> type[Form]:
    """Asks whether a video may cost so much; the first of the providers is the one that the price is of."""
    made = create_model(
        "Approval",
        __base__=Form,
        decision=_choice("Decision", choices, "What the run does when it is resumed."),
        budget_usd=(
            float,
            Field(
                budget_usd,
                gt=0,
                le=MOST_BUDGET_USD,
                title="Budget in dollars",
                description="What the video may cost over all its runs.",
            ),
        ),
        provider=_choice("Provider", providers, "Another one is asked about again if it is dearer than this price."),
    )
    return made.with_initial_data(description=description)


def job_form(description: str, *, choices: Sequence[Word]) -> type[Form]:
    """Asks what became of a job."""
    word = _choice("Decision", choices, "What you have seen at the provider, or think of the clip.")
    return create_model("JobWord", __base__=Form, decision=word).with_initial_data(description=description)


def _choice(title: str, words: Sequence[str], description: str) -> Any:
    """A list to choose from; the first word is chosen."""
    listed: Any = {"enum": [str(word) for word in words]}
    return (str, Field(str(words[0]), title=title, description=description, json_schema_extra=listed))
