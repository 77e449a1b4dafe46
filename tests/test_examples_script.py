"""The example: a script of our own, and the portraits that our own script draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from longtake.script import files_of, read_script, split_pauses, spoken_text

EXAMPLES = Path(__file__).parent.parent / "examples"
PORTRAITS = ("ada.png", "theo.png")
MOUTH_BOX = (560, 416, 720, 476)  # around 50 % of the width, 62 % of the height


def test_the_script_is_a_dialogue_of_about_ninety_seconds() -> None:
    board = read_script(EXAMPLES / "two-speakers.md")
    lines = [line for scene in board.scenes for line in scene.lines]
    assert [scene.title for scene in board.scenes] == ["Thirty seconds is not a talk", "One long take"]
    assert {line.speaker for line in lines} == {"Ada", "Theo"}
    pieces = [piece for line in lines for piece in split_pauses(line.text or "")]
    assert sum(isinstance(piece, float) for piece in pieces) == 2
    words = sum(len(spoken_text(piece).split()) for piece in pieces if isinstance(piece, str))
    assert 260 <= words <= 300
    assert not any("*" in (line.text or "") for line in lines)
    assert files_of(board) == tuple(str(EXAMPLES / name) for name in PORTRAITS)


@pytest.mark.parametrize("name", PORTRAITS)
def test_the_portraits_are_small_pictures_with_a_mouth_in_its_place(name: str) -> None:
    path = EXAMPLES / name
    assert path.stat().st_size < 200_000
    with Image.open(path) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (1280, 720))
        mouth = picture.crop(MOUTH_BOX).convert("L")
    darkest, lightest = mouth.getextrema()
    assert darkest < 80 and lightest > 240  # lips and teeth
    teeth = mouth.point(lambda light: 255 if light > 235 else 0).getbbox()
    assert teeth is not None
    assert abs((teeth[0] + teeth[2]) / 2 - mouth.width / 2) < 4
    assert abs((teeth[1] + teeth[3]) / 2 - mouth.height / 2) < 8


def test_drawing_them_again_gives_the_same_pictures(tmp_path: Path) -> None:
    subprocess.run([sys.executable, EXAMPLES / "portraits.py", tmp_path], check=True)
    for name in PORTRAITS:
        with Image.open(EXAMPLES / name) as kept, Image.open(tmp_path / name) as drawn:
            assert (drawn.format, drawn.mode, drawn.size) == (kept.format, kept.mode, kept.size)
            difference = ImageStat.Stat(ImageChops.difference(kept, drawn)).mean
            assert max(difference) < 2  # another Pillow may round otherwise
