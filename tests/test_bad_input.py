"""Bad input of every kind: an error that names the place, exit code 2, nothing spent, nothing left half-written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flows.cli import main
from tests.bad_inputs import BadInput, bad_inputs

CASES = bad_inputs()


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_told_and_nothing_is_left(
    case: BadInput, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, folder = tmp_path / "home", tmp_path / "work"
    folder.mkdir()
    monkeypatch.setenv("LONGTAKE_HOME", str(home))
    monkeypatch.setenv("LONGTAKE_PACE__RETRY_SECONDS", "0.01")  # where no name can be looked up, that may pass
    monkeypatch.chdir(folder)
    words = case.words(folder)
    before = files_in(folder)
    monkeypatch.setattr(sys, "argv", ["longtake", "plan", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert ended.value.code == 2, out + err
    assert "Traceback" not in err
    assert case.told in err.replace("\n", "").replace("│", "")
    assert 10 < len(err) < 2_000
    assert out == ""
    assert files_in(folder) == before
    assert not list(home.glob("store/records/clips/*"))
    assert not list(home.glob("store/scratch/*"))


def test_there_are_more_than_two_hundred_of_them() -> None:
    assert len(CASES) >= 200
    assert len({case.name for case in CASES}) == len(CASES)
