"""Fields that the blocks of voices share. Each declares them in its own order, which is that of Prefect's forms."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import Field, SecretStr

BestCharacters = Annotated[
    int,
    Field(
        ge=0, title="Best length in characters", description="Sentences are spoken together up to this; 0: each alone."
    ),
]
InProgressLimit = Annotated[
    int, Field(ge=1, title="In progress at once", description="Requests of the account at once, over all runs.")
]
LongestOfModel = Annotated[
    int | None,
    Field(ge=1, title="Longest text in characters", description="Empty: what we know of the model, else 4096."),
]


def stated_key(own: SecretStr | None, variable: str) -> SecretStr:
    """The block's key, else the environment's; an empty one where there is none. To tell accounts apart by."""
    return own or SecretStr(os.environ.get(variable, "").strip())
