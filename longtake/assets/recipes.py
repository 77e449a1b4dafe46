"""Prepared once, kept for ever: what was made by a recipe is found again by it, whatever tools come later.

A recipe is a name, a number that is raised by hand when the result should change, and what goes in. The version of a
tool is not part of it, so an upgrade of ffmpeg, Pillow or a voice changes nothing that was prepared before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import Field

from longtake.assets.asset import Asset
from longtake.assets.store import Store
from longtake.frozen import Frozen

_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")

HOSTED_SENTENCE = "hosted-sentence"
"""The name of the recipe of what a voice at a provider has said: it may have been paid, and always stays."""

Facts = dict[str, Any]
Maker = Callable[[Path], tuple[Path, Facts]]


class Recipe(Frozen):
    """How a prepared file is made: everything that its bytes depend on, and nothing else."""

    name: str = Field(pattern=r"^[a-z-]+$")
    number: int = Field(ge=1)
    inputs: dict[str, Any]

    @property
    def key(self) -> str:
        """64 hex digits that stand for the recipe."""
        return content_key(self.model_dump(mode="json"))

    @property
    def made_from(self) -> tuple[str, ...]:
        """Every SHA-256 that the inputs name."""
        return tuple(sorted(set(_SHA256.findall(json.dumps(self.inputs)))))

    @property
    def record_name(self) -> str:
        """Where the store keeps what was made by this recipe."""
        return f"recipes/{self.name}/{self.key}.json"


class Prepared(Frozen):
    """What a recipe gave: a stored file, and plain facts about it."""

    asset: Asset
    facts: Facts = Field(default_factory=dict)
    made_from: tuple[str, ...] = Field((), description="Every SHA-256 in the recipe's inputs: prune follows them.")


def content_key(value: object) -> str:
    """The SHA-256 of a plain value's canonical JSON: the same in every process and on every machine."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def recall(store: Store, recipe: Recipe) -> Prepared | None:
    """What the recipe gave before, whether or not its file is still here."""
    data = store.read_record(recipe.record_name)
    return None if data is None else Prepared.model_validate_json(data)


def find_prepared(store: Store, recipe: Recipe) -> Prepared | None:
    """What the recipe gave before, if its file is still here and sound."""
    prepared = recall(store, recipe)
    return prepared if prepared and store.verify(prepared.asset) else None


def prepare_once(store: Store, recipe: Recipe, make: Maker) -> Prepared:
    """What the recipe gives: found, or made now by `make` (given an empty folder; answers a file and its facts).

    When two make the same at once, the first to store it wins and both use that one. A file that was lost or damaged
    is made again, and then stands in place of the old one.
    """
    found = find_prepared(store, recipe)
    if found:
        return found
    with store.scratch() as folder:
        path, facts = make(folder)
        prepared = Prepared(asset=store.put(path, move=True), facts=facts, made_from=recipe.made_from)
    data = prepared.model_dump_json().encode()
    standing = store.add_record(recipe.record_name, data)
    while standing != data:
        winner = Prepared.model_validate_json(standing)
        if store.verify(winner.asset):
            return winner
        standing = store.replace_record(recipe.record_name, standing, data)
    return prepared
