"""The kinds of fields in the form of a custom run: what Prefect's UI draws by, and its server checks by.

Two things that Prefect does shape this file. Its form sends a default of None as null, draws two tabs for whatever may
be null, and its server takes null without a tab only where the schema names no default. And a schema with a
`block_type_slug` is drawn as a choice of blocks, whatever its type.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema
from typing_extensions import override

from blocks.presenter import Presenter
from longtake.options import PREVIEW

PROVIDERS = (PREVIEW, "fal", "aimlapi", "pixazo")
MODELS = (
    "omnihuman-1.5",
    "omnihuman-1",
    "omnihuman-2",
    "kling-avatar-2-standard",
    "kling-avatar-2-pro",
    "veed-fabric-1",
    "sync-lipsync-3",
    "infinitalk",
)
"""What the lists offer. A user's own list of offers may hold more: those are typed in."""


class _Fixed(dict[str, Any]):
    """A schema that keeps its own default, or its lack of one, when pydantic adds that of the parameter."""

    @override
    def __setitem__(self, key: str, value: Any) -> None:
        if key != "default":
            super().__setitem__(key, value)


class Drawn:
    """Has a parameter drawn, and checked before a run exists, by this schema; Python still takes what the type says."""

    def __init__(self, **schema: Any) -> None:
        self._schema = schema

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema of the field."""
        return _Fixed(self._schema)


def _listed(title: str, words: tuple[str, ...], other: str, default: str) -> Drawn:
    choices = [{"title": title, "type": "string", "enum": list(words)}, {"title": other, "type": "string"}]
    return Drawn(anyOf=choices, default=default)


Words = Annotated[str | None, Drawn(type="string")]
Dollars = Annotated[float | None, Drawn(type="number", minimum=0)]
AskAbove = Annotated[
    float | None,
    Drawn(
        anyOf=[{"title": "Dollars", "type": "number", "minimum": 0}, {"title": "Never ask", "type": "null"}], default=0
    ),
]
"""The form asks before it spends anything, unless it is told otherwise. Without a form, None: whoever starts the run
has agreed."""

Provider = Annotated[str, _listed("One", PROVIDERS, "Several, or with a block", PREVIEW)]
Model = Annotated[str, _listed("Known", MODELS, "Another", MODELS[0])]
Loudness = Annotated[str, Drawn(type="string", enum=["podcast", "youtube", "broadcast"], default="podcast")]
Chosen = Annotated[Presenter | str | None, Drawn(block_type_slug=Presenter.get_block_type_slug())]
ChosenResolution = Literal["auto", "480p", "720p", "1080p"]
ClipNumber = Annotated[int, Field(ge=1)]


def _by_clip(takes: Any) -> Any:
    """A list of clips with their takes, as the form has it, as what it means."""
    if isinstance(takes, list):
        return {one["clip"]: one["take"] for one in takes if isinstance(one, dict) and {"clip", "take"} <= one.keys()}
    return takes


_NUMBER = {"type": "integer", "minimum": 1}
_CLIP_AND_TAKE = {
    "type": "object",
    "title": "Take",
    "properties": {
        "clip": {**_NUMBER, "title": "clip", "position": 0},
        "take": {**_NUMBER, "title": "take", "position": 1},
    },
    "required": ["clip", "take"],
}
Takes = Annotated[
    dict[ClipNumber, ClipNumber],
    BeforeValidator(_by_clip),
    Drawn(
        anyOf=[
            {"title": "List", "type": "array", "items": _CLIP_AND_TAKE},
            {"title": "JSON", "type": "object", "additionalProperties": _NUMBER},
        ]
    ),
]
