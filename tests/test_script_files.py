"""Script files: kinds, encodings, and the files that a script names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from longtake.errors import BadInput, ScriptError
from longtake.script import files_of, read_script
from longtake.storyboard import Storyboard

ASSET = f"asset:{'0' * 64}/12.png"


def written(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def texts(board: Storyboard) -> list[str | None]:
    return [line.text for scene in board.scenes for line in scene.lines]


@pytest.mark.parametrize("suffix", [".md", ".markdown", ".txt", ".MD"])
def test_the_suffix_tells_the_kind(tmp_path: Path, suffix: str) -> None:
    assert texts(read_script(written(tmp_path / f"a{suffix}", "Hello."))) == ["Hello."]


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".json"])
def test_the_suffixes_of_data(tmp_path: Path, suffix: str) -> None:
    assert texts(read_script(written(tmp_path / f"a{suffix}", '{"scenes": [{"lines": [{"text": "Hello."}]}]}'))) == [
        "Hello."
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("suffix", [".md", ".txt"])
def test_encodings_with_a_mark(tmp_path: Path, encoding: str, suffix: str) -> None:
    text = "Grüße, 世界 🎉.\r\n\r\nTwo."
    data = ("\ufeff" + text if encoding.endswith(("le", "be")) else text).encode(encoding)
    assert texts(read_script(written(tmp_path / f"a{suffix}", data))) == ["Grüße, 世界 🎉.", "Two."]


def mistake(path: Path) -> str:
    with pytest.raises(ScriptError) as caught:
        read_script(path)
    return str(caught.value)


def test_bytes_that_are_no_text_are_told_by_offset_and_line(tmp_path: Path) -> None:
    path = written(tmp_path / "a.md", b"one\r\ntwo\r\ncaf\xe9 three")
    assert mistake(path).startswith(f"{path}:3: byte 0xe9 at offset 13 is not UTF-8 text.")
    cut = written(tmp_path / "b.md", "\ufeffone".encode("utf-16-le") + b"x")
    assert mistake(cut).startswith(f"{cut}:1: byte 0x78 at offset 8 is not UTF-16-LE text.")
    bare = written(tmp_path / "c.md", "one\ntwo".encode("utf-16-le"))
    assert "NUL character" in mistake(bare)


def test_what_is_no_script(tmp_path: Path) -> None:
    assert "is a folder" in mistake(tmp_path)
    assert "no such file" in mistake(tmp_path / "gone.md")
    assert "no kind of script" in mistake(written(tmp_path / "a.docx", "x"))
    assert "without a suffix" in mistake(written(tmp_path / "a", "x"))
    assert "cannot be read" in mistake(Path("a\0b.md"))
    assert "cannot be read" in mistake(tmp_path / ("x" * 300 + ".md"))
    os.mkfifo(tmp_path / "pipe.md")
    assert "no ordinary file" in mistake(tmp_path / "pipe.md")


def test_the_largest_script(tmp_path: Path) -> None:
    assert len(texts(read_script(written(tmp_path / "a.txt", b"a" * 5_000_000)))) == 1
    assert "larger than 5 MB" in mistake(written(tmp_path / "b.txt", b"a" * 5_000_001))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.md", "x")
    path.chmod(0)
    assert "Permission denied" in mistake(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ada.png", "masks/ada.png", "lake view.jpg", "take (1).wav"):
        written(tmp_path / name, b"x")
    return tmp_path


MARKDOWN = f"""\
---
speakers:
  Ada: {{image: ada.png, mask: masks/ada.png}}
  Bob: {{image: "https://host/bob.png", mask: "s3://bucket/b.png"}}
  Eve: {{image: "{ASSET}"}}
---
## Lake {{image="lake view.jpg"}}

Ada: One.

Bob: [audio take (1).wav]

Bob: [audio take (1).wav]
"""


def test_names_become_absolute_paths_and_addresses_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder / "a.md", MARKDOWN)
    monkeypatch.chdir(folder.parent)
    board = read_script(Path(folder.name, "a.md"))
    assert files_of(board) == (
        str(folder / "ada.png"),
        str(folder / "masks/ada.png"),
        "https://host/bob.png",
        "s3://bucket/b.png",
        ASSET,
        str(folder / "lake view.jpg"),
        str(folder / "take (1).wav"),
    )


def test_files_in_yaml_too(folder: Path) -> None:
    text = "image: ada.png\nscenes:\n- image: lake view.jpg\n  lines: [{audio: take (1).wav}]\n"
    board = read_script(written(folder / "a.yaml", text))
    assert files_of(board) == tuple(str(folder / name) for name in ("ada.png", "lake view.jpg", "take (1).wav"))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.md", "---\nspeakers:\n  Ada:\n    image: gone.png\n---\nhi", "a.md:4: there is no file 'gone.png'."),
        ("a.md", "---\nid: x\nmask: masks\n---\nhi", "a.md:3: 'masks' is a folder."),
        ("a.md", "hi\n\n## S {image=gone.jpg}\n\nho", "a.md:3: there is no file 'gone.jpg'."),
        ("a.md", "hi\n\n[audio gone.wav]", "a.md:3: there is no file 'gone.wav'."),
        ("a.md", "---\nimage: asset:12\n---\nhi", "a.md:2: 'asset:12' is not an asset address"),
        ("a.md", "---\nimage: ada.png/x\n---\nhi", "a.md:2: the file 'ada.png/x' cannot be read: Not a directory."),
        ("a.yaml", "scenes:\n- lines:\n  - audio: gone.wav", "a.yaml:3: there is no file 'gone.wav'."),
        (
            "a.json",
            '{"scenes": [{"lines": [\n{"audio": "a\\u0000b"}]}]}',
            "a.json:2: the file 'a\\x00b' cannot be read",
        ),
    ],
)
def test_a_missing_file_is_told_with_its_line(folder: Path, name: str, text: str, told: str) -> None:
    message = mistake(written(folder / name, text))
    assert message.startswith(f"{folder}/{told[: len(told)]}"), message


def test_errors_are_bad_input() -> None:
    assert issubclass(ScriptError, BadInput)
