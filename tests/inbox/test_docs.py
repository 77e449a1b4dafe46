"""What docs/inbox.md shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from longtake.inbox import ItemFields, open_inbox
from longtake.inbox.fields import read_fields
from longtake.inbox.names import is_passed_over
from longtake.ledger import ItemState
from longtake.providers import Pace
from longtake.script.source import Source
from longtake.script.yaml_data import load_yaml
from tests.command_line import ROOT

TEXT = (ROOT / "docs" / "inbox.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)


def test_the_fields_are_those_that_are_named() -> None:
    named = re.search(r"The fields are the flow's own: (.*?)\n\n", TEXT, re.DOTALL)
    assert named
    assert set(re.findall(r"`(\w+)`", named[1])) == set(ItemFields.model_fields)
    data, _ = load_yaml(Source(blocks("yaml")[0], "item.yaml"))
    assert read_fields(data, "item.yaml").publish_at == "2026-11-20 09:00"


@pytest.mark.parametrize(("name", "text"), [("list.yaml", blocks("yaml")[1]), ("list.csv", blocks("csv")[0])])
def test_the_lists_are_lists(tmp_path: Path, name: str, text: str) -> None:
    for file in ("monday.md", "voice.m4a", "ada.png"):
        (tmp_path / file).write_text("Hello.")
    (tmp_path / name).write_text(text)
    with open_inbox(str(tmp_path / name), Pace()) as inbox:
        assert [(item.name, item.problem) for item in inbox.find()] == [("monday", None), ("tuesday", None)]


def test_the_names_that_are_passed_over_are() -> None:
    told = re.search(r"What begins with (.*?), is\s+called", TEXT, re.DOTALL)
    assert told
    beginnings, ends = told[1].split("ends in")
    assert all(is_passed_over(f"{mark}talk.md") for mark in re.findall(r"`(.+?)`", beginnings))
    assert all(is_passed_over(f"talk.md{mark}") for mark in re.findall(r"`(.+?)`", ends))
    assert is_passed_over("README.md")
    assert not is_passed_over("talk.md")


def test_the_states_are_all_of_them() -> None:
    assert set(re.findall(r"^\| (\w+) \| [^|]+ \| [^|]+ \|$", TEXT, re.MULTILINE)) - {"state"} == set(ItemState)
