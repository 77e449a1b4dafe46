"""Whole files become scripts that say the very same, and that `longtake plan` takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.errors import BadInput, SettingError
from longtake.importing import Imported, import_file, script_of
from longtake.importing.said import Said, with_names
from longtake.inputs import read_inputs
from longtake.script import parse_script, read_script, spoken_text
from longtake.script.source import Source
from longtake.script.text import written_text
from tests.command_line import longtake, portrait

FILES = {
    "talk.srt": "1\r\n00:00:01,000 --> 00:00:02,500\r\nADA: This tower is\r\n\r\n2\r\n00:00:02,500 --> 00:00:04,000\r\n"
    "<i>older</i> than the town.\r\n\r\n3\r\n00:00:05,500 --> 00:00:07,000\r\nTHEO: It has 199 steps.\r\n",
    "talk.vtt": "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Ada>This tower is older than the town.</v>\n\n"
    "00:05.500 --> 00:07.000 align:start\n<v Theo>It has 199 steps.\n",
    "talk.csv": "\ufeffSpeaker;Text\r\nAda;This tower is older than the town.\r\nTheo;It has 199 steps.\r\n",
    "talk.tsv": "Ada\tThis tower is older than the town.\nTheo\tIt has 199 steps.\n",
    "talk.json": '[{"speaker": "Ada", "text": "This tower is older than the town."},\n'
    ' {"speaker": "Theo", "text": "It has 199 steps."}]',
}
SAID = [("Ada", "This tower is older than the town."), ("Theo", "It has 199 steps.")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text.encode())
    portrait(tmp_path / "ada.png")
    return tmp_path


def said_in(script: Path) -> list[tuple[str, str | None]]:
    return [(line.speaker, line.text) for scene in read_script(script).scenes for line in scene.lines]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("output", [None, "out.md", "out.yaml"])
def test_a_file_becomes_a_script_that_says_the_same(folder: Path, name: str, output: str | None) -> None:
    made = import_file(Path(name), Path(output) if output else None)
    assert made == Imported(path=Path(output or "talk.md"), lines=2, speakers=("Ada", "Theo"))
    assert said_in(made.path) == SAID
    assert len(read_inputs(made.path, image="ada.png").speakers) == 3


def test_scenes_pictures_and_voices_come_along(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "t.csv").write_text(
        "speaker,text,scene,image,voice,pause\n,Once upon a time.,Begin {x},,,\n"
        "Ada,Hello.,,../ada.png,espeak:en-gb,1\nada,More.,End #1,,,\n"
    )
    for output in ("t.md", "t.yaml"):
        import_file(folder / "sub" / "t.csv", Path(output))
        board = read_script(folder / output)
        assert [scene.title for scene in board.scenes] == ["Begin {x}", "End #1"]
        assert said_in(folder / output) == [
            ("Narrator", "Once upon a time."),
            ("Ada", "Hello. [pause 1]"),
            ("Ada", "More."),
        ]
        assert board.speakers["Ada"].image == str(folder / "ada.png")
        assert board.speakers["Ada"].voice == "espeak:en-gb"
        assert board.speakers["Narrator"].image is None


def test_a_second_picture_of_a_speaker_is_refused(folder: Path) -> None:
    (folder / "t.csv").write_text("speaker,text,image\nAda,a,ada.png\nAda,b,other.png\n")
    with pytest.raises(BadInput, match=r"t.csv: Ada has the image 'ada.png', and later 'other.png'"):
        import_file(Path("t.csv"))


def test_the_narrator_alone_needs_no_name(folder: Path) -> None:
    (folder / "t.json").write_text('["# One", "Note: 2 * 3 * 4.", {"text": "1. <b>", "image": "ada.png"}]')
    import_file(Path("t.json"))
    assert said_in(folder / "t.md") == [("Narrator", "# One"), ("Narrator", "Note: 2 * 3 * 4."), ("Narrator", "1. <b>")]
    assert read_script(folder / "t.md").speakers["Narrator"].image == str(folder / "ada.png")


@pytest.mark.parametrize(
    ("file", "output", "told"),
    [
        ("none.srt", None, "none.srt: there is no such file. Check the file's name."),
        ("talk.docx", None, "talk.docx: .docx cannot be imported. Known: .srt, .vtt, .csv, .tsv, .json."),
        ("talk.md", None, "talk.md: .md cannot be imported. Known: .srt, .vtt, .csv, .tsv, .json. This is a script"),
        ("talk.srt", "talk.mp4", "--output: talk.mp4 is no script. Name it talk.md or talk.yaml."),
        ("talk.srt", "no/talk.md", "no/talk.md: it cannot be written: No such file or directory."),
        (".", None, ".: a name without a suffix cannot be imported."),
    ],
)
def test_what_cannot_be_done_is_told(folder: Path, file: str, output: str | None, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        import_file(Path(file), Path(output) if output else None)
    assert str(caught.value).startswith(told)


def test_nothing_is_written_over(folder: Path) -> None:
    (folder / "talk.md").write_text("mine")
    with pytest.raises(SettingError, match="there already"):
        import_file(Path("talk.srt"))
    assert (folder / "talk.md").read_text() == "mine"


WORDS = st.text(max_size=30).map(written_text).filter(lambda text: bool(spoken_text(text)) and "[" not in text)
MARKUP = st.lists(
    st.sampled_from(
        ["# ", "> ", "- ", "1. ", "*a*", "**", "`", "[b](c)", "<i>", "<!--", "-->", "a", "{x=y}", "&amp;", "|", "~~",
         "---", "\\", "_a_", "![p](q)", "Ada: ", "http://a.b", "[pause 1]", "+ ", "=", "<br>", "é"]
    ), min_size=1, max_size=6,
).map(lambda parts: written_text("".join(["w ", *parts])))  # fmt: skip
SAIDS = st.builds(
    Said,
    text=WORDS | MARKUP,
    speaker=st.sampled_from([None, "Ada", "ADA", "Dr. *No*", "1. Ben", "text", "no", "Zoë"]),
    scene=st.none() | st.sampled_from(["A", "B {image=c.png}", "*C* #", "D_e_ & <f>"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(SAIDS, min_size=1, max_size=5), st.sampled_from(["markdown", "yaml"]))
def test_any_words_come_back_from_the_script(said: list[Said], kind: str) -> None:
    named = list(with_names(said))
    text = script_of(named, Source("", "a.csv"), kind)
    board = parse_script(text, kind="markdown" if kind == "markdown" else "yaml", source_name="b")
    assert [(line.speaker, line.text) for scene in board.scenes for line in scene.lines] == [
        (one.speaker, one.text) for one in named
    ]
    titles = [one.scene for one in named if one.scene]
    assert [scene.title for scene in board.scenes if scene.title] == [
        title for place, title in enumerate(titles) if place == 0 or title != titles[place - 1]
    ]


def test_the_command_line(folder: Path) -> None:
    done = longtake(folder / "home", "import", str(folder / "talk.srt"), "-o", str(folder / "new.md"))
    assert done.stdout.startswith(f"{folder / 'new.md'}: 2 paragraphs, spoken by Ada, Theo.\nNext: longtake plan")
    (folder / "bad.csv").write_text("speaker,text\nAda,\n")
    done = longtake(folder / "home", "import", str(folder / "bad.csv"), code=2)
    assert f"longtake: {folder / 'bad.csv'}:2: row 2, text: nothing is said." in done.stderr
