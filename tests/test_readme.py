"""The README cannot lie: the files and commands that it names exist, its script is one, its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from longtake.script import read_script
from tests.command_line import ROOT, portrait

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(tests/[\w/]+\.py)`", README))))
def test_every_test_that_the_readme_names_holds_tests(name: str) -> None:
    assert "def test_" in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("http") or (document.parent / target).exists(), target


def test_the_readme_names_every_command_and_no_other() -> None:
    done = subprocess.run([sys.executable, "-m", "flows.cli", "--help"], capture_output=True, text=True, check=True)
    known = set(re.findall(r"^  (\w+)  ", done.stdout.partition("Commands:")[2], re.MULTILINE))
    named = set(re.findall(r"^\| `longtake (\w+)` \|", README, re.MULTILINE))
    assert named == known - {"version"}


def test_the_script_in_the_readme_is_a_script(tmp_path: Path) -> None:
    found = re.search(r"```markdown\n(.*?)```", README, re.DOTALL)
    assert found
    for name in ("ada.png", "theo.png"):
        portrait(tmp_path / name)
    script = tmp_path / "talk.md"
    script.write_text(found[1], encoding="utf-8")
    storyboard = read_script(script)
    assert list(storyboard.speakers) == ["Ada", "Theo"]
    assert [line.speaker for line in storyboard.scenes[0].lines] == ["Theo", "Ada"]


def test_options_that_the_readme_shows_exist() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "render", "--help"], capture_output=True, text=True, check=True
    )
    shown = set(re.findall(r"longtake render[^\n#]*?(--\w+)", README)) | {"-o"}
    assert shown
    assert all(option in done.stdout for option in shown)
