"""The set-up makes every type of block known: what docs tell to save in Prefect's UI is found there."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from prefect.blocks.core import Block

import blocks
from deployments.bootstrap import block_types


def test_the_set_up_registers_each_block_of_this_project_voices_too() -> None:
    modules = [importlib.import_module(found.name) for found in pkgutil.walk_packages(blocks.__path__, "blocks.")]
    defined = {
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Block) and kind.__module__ == module.__name__ and "_block_type_name" in vars(kind)
    }
    assert set(block_types()) == defined
    assert "Longtake OpenAI voices" in {kind.get_block_type_name() for kind in block_types()}
