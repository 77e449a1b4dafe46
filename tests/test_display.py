"""What a person sees: lengths, progress lines, results and plans, with names and words as they are."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from flows.telling.display import LiveListener, PlainListener, length_text, show_result
from longtake.assets import Asset
from longtake.manifest import VideoResult
from tests.command_line import longtake, portrait

ODD = "Ada: I [really] mean it [/b] and [bold]more[/bold] :smile: here."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (12.44, "12.4 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (60, "1 min 00 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h 00 min 00 s"),
        (3725, "1 h 02 min 05 s"),
        (36_000, "10 h 00 min 00 s"),
    ],
)
def test_a_length_is_read_as_people_read_it(seconds: float, text: str) -> None:
    assert length_text(seconds) == text


def plain() -> tuple[PlainListener, io.StringIO]:
    said = io.StringIO()
    return PlainListener(Console(file=said, width=40)), said


def test_without_a_terminal_the_first_and_the_last_step_are_told() -> None:
    listener, said = plain()
    listener.stage("clips", 50, "clips")
    for _ in range(50):
        listener.advance("clips", 1, 2.0)
    assert said.getvalue().splitlines() == ["clips: 1 of 50 clips, 2.0 s", "clips: 50 of 50 clips, 1 min 40 s"]


def test_a_stage_that_is_looked_through_anew_is_not_told_again() -> None:
    listener, said = plain()
    for _ in range(2):
        listener.stage("speech", 1, "lines")
        listener.advance("speech", 1, 0.0)
    assert said.getvalue() == "speech: 1 of 1 lines\n"


def test_notes_are_told_as_they_are_and_in_one_line() -> None:
    listener, said = plain()
    note = f"/home/[me]/:car:/[/b]/{'x' * 100}.png"
    listener.note(note)
    assert said.getvalue() == note + "\n"


def test_in_a_terminal_there_is_a_bar_for_each_stage() -> None:
    said = io.StringIO()
    with Progress(console=Console(file=said, force_terminal=True, width=100)) as progress:
        listener = LiveListener(progress)
        listener.stage("clips", 3, "clips")
        for _ in range(3):
            listener.advance("clips", 1, 1.0)
        listener.note("[/b] is no markup")
        task = progress.tasks[0]
    assert (task.description, task.completed, task.total, task.finished) == ("clips", 3, 3, True)
    assert "[/b] is no markup" in said.getvalue()


def test_a_result_names_its_file_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show_result(
        VideoResult(
            video="talk",
            output="/v/[final] [/b] :smile:.mp4",
            asset=Asset(sha256="0" * 64, size_bytes=1, suffix=".mp4"),
            seconds=75,
            width=1280,
            height=720,
            clips=2,
            new_clips=1,
            integrated_lufs=None,
            problems=("one slot begins late",),
            estimates=(),
            preview=False,
            manifest=None,
        )
    )
    assert capsys.readouterr().out.splitlines() == [
        "/v/[final] [/b] :smile:.mp4",
        "  1 min 15 s, 1280x720, 2 clips (1 newly rendered)",
        "  Check: one slot begins late",
    ]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    portrait(folder / "ada.png")
    script = folder / "odd [draft].md"
    script.write_text(f"---\nspeakers:\n  Ada: {{image: ada.png}}\n---\n{ODD}\n")
    return script


def test_a_plan_shows_words_as_they_are_written(odd: Path) -> None:
    shown = longtake(odd.parent / "home", "plan", str(odd)).stdout
    assert "I [really] mean it [/b] and" in shown
    assert "odd [draft]: " in shown


def test_json_is_all_that_stdout_holds(odd: Path) -> None:
    done = longtake(odd.parent / "home", "plan", str(odd), "--json")
    plan = json.loads(done.stdout)
    assert plan["video"] == "odd [draft]"
    assert [shot["rendered"] for shot in plan["shots"]] == [False]
