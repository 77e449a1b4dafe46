"""What a script says of the whole video: a lexicon, what stands around the talking, recordings with a transcript."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from starlette.staticfiles import StaticFiles

from longtake.assets import FolderStore
from longtake.errors import BadInput, ScriptError
from longtake.inputs import address_inputs, map_files, pin_inputs, read_inputs
from longtake.providers.pace import Pace
from longtake.remote import Fetcher, Kind
from longtake.script import ScriptKind, files_of, parse_script, read_script, storyboard_schema_text
from longtake.storyboard import Line, Storyboard
from tests.command_line import portrait
from tests.serving import served

HEAD = """\
id: talk
say: {kubectl: cube control, NASA: nassa}
intro: intro.mp4
outro: outro.mp4
music: {file: calm.mp3, level_db: -20, duck_db: "-8.5"}
logo: {file: logo.png, corner: bottom-left, width: 0.2, opacity: 0.9}
image: ada.png
"""
NAMES = ("intro.mp4", "outro.mp4", "calm.mp3", "logo.png", "ada.png", "take.wav", "take.srt")
MARKDOWN = f"---\n{HEAD}---\nHello.\n\n[audio take.wav transcript=take.srt]\n"
DATA = f"{HEAD}scenes:\n- lines:\n  - text: Hello.\n  - {{audio: take.wav, transcript: take.srt}}\n"


def read(text: str, kind: ScriptKind) -> Storyboard:
    return parse_script(text, kind=kind, source_name=f"a.{kind}")


def mistake(text: str, kind: ScriptKind) -> str:
    with pytest.raises(ScriptError) as caught:
        read(text, kind)
    assert caught.value.hint
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).write_bytes(name.encode())
    portrait(tmp_path / "ada.png")
    (tmp_path / "take.srt").write_text("1\n00:00:00,100 --> 00:00:01,000\nHello.\n")
    (tmp_path / "a.md").write_text(MARKDOWN)
    (tmp_path / "a.yaml").write_text(DATA)
    return tmp_path


def test_markdown_and_yaml_say_the_same() -> None:
    board, data = read(MARKDOWN, "markdown"), read(DATA, "yaml")
    assert board.say == {"kubectl": "cube control", "NASA": "nassa"}
    assert (board.intro, board.outro) == ("intro.mp4", "outro.mp4")
    assert board.music and board.music.model_dump() == {"file": "calm.mp3", "level_db": -20.0, "duck_db": -8.5}
    assert board.logo
    assert board.logo.model_dump() == {"file": "logo.png", "corner": "bottom-left", "width": 0.2, "opacity": 0.9}
    assert board.scenes[0].lines[1] == Line(audio="take.wav", transcript="take.srt", source_line=12)
    assert data.model_dump(exclude={"scenes"}) == board.model_dump(exclude={"scenes"})
    assert [line.transcript for line in data.scenes[0].lines] == [None, "take.srt"]
    assert read(board.model_dump_json(), "json").model_dump(exclude={"scenes"}) == board.model_dump(exclude={"scenes"})


def test_words_of_a_lexicon_are_spelled_as_texts_are() -> None:
    board = read("---\nsay: {cafe\u0301 \u00a0noir: x}\n---\nHi", "markdown")
    assert board.say == {"caf\u00e9 noir": "x"}


def test_a_file_alone_is_the_short_form_and_what_is_empty_is_none() -> None:
    board = read("---\nmusic: calm.mp3\nlogo: logo.png\nsay:\nintro:\n---\nHi", "markdown")
    assert board.music and board.music.file == "calm.mp3"
    assert board.logo and (board.logo.file, board.logo.corner) == ("logo.png", "top-right")
    assert (board.say, board.intro) == ({}, None)
    nothing = read('---\nmusic:\nlogo: ""\nintro: ""\n---\nHi', "markdown")
    assert (nothing.music, nothing.logo, nothing.intro) == (None, None, None)


@pytest.mark.parametrize(
    ("mark", "audio", "transcript"),
    [
        ("[audio take.wav transcript=take.srt]", "take.wav", "take.srt"),
        ("[audio: my take (1).wav  transcript = my take.vtt]", "my take (1).wav", "my take.vtt"),
        ("Ada: [audio a.wav transcript='b c.srt']", "a.wav", "b c.srt"),
        ("[audio the transcript.wav]", "the transcript.wav", None),
    ],
)
def test_a_recording_may_have_a_transcript(mark: str, audio: str, transcript: str | None) -> None:
    (line,) = read(f"---\nspeakers: {{Ada: }}\n---\n{mark}", "markdown").scenes[0].lines
    assert (line.audio, line.transcript) == (audio, transcript)


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (
            "say:\n  kubectl:",
            "a.markdown:3: say.kubectl says nothing. Write how it is spoken: {kubectl: cube control}.",
        ),
        ('say:\n  a: b\n  kubectl: " "', "a.markdown:4: say.kubectl says nothing."),
        ('say: {"": b}', "a.markdown:2: say has an entry without a word."),
        ("say: {a: [b]}", "a.markdown:2: say.a must be words."),
        ("say: [a]", "a.markdown:2: say must hold keys with values"),
        (
            "logo: {file: l.png, corner: left}",
            "a.markdown:2: logo.corner must be 'top-left', 'top-right', 'bottom-left' or 'bottom-right'.",
        ),
        ("logo:\n  file: l.png\n  width: 2", "a.markdown:4: logo.width must be at most 1."),
        ("logo:\n  file: l.png\n  width: 0", "a.markdown:4: logo.width must be more than 0."),
        ("logo:\n  file: l.png\n  opacity: much", "a.markdown:4: logo.opacity must be a number."),
        ("logo:\n  file: l.png\n  cornr: x", "a.markdown:4: there is no key 'cornr'. Did you mean 'corner'?"),
        ("logo:\n  corner: top-left", "a.markdown:2: logo has no 'file'."),
        ("music:\n  file: m.mp3\n  level_db: 3", "a.markdown:4: music.level_db must be at most 0."),
        ("music:\n  file: m.mp3\n  duck_db: nan", "a.markdown:4: music.duck_db must be"),
        ("music: [a.mp3]", "a.markdown:2: music must hold keys with values"),
        ("intro: {file: a.mp4}", "a.markdown:2: intro must be a text"),
        ("musik: a.mp3", "a.markdown:2: there is no key 'musik'. Did you mean 'music'?"),
    ],
)
def test_a_mistake_names_its_line_and_its_field(head: str, told: str) -> None:
    assert mistake(f"---\n{head}\n---\nHi", "markdown").startswith(told)
    assert mistake(f"---\n{head}\n---\nHi", "markdown").count(":") >= 2
    in_yaml = told.replace("a.markdown", "a.yaml").split(" ", 1)[1]
    assert in_yaml in mistake(f"{head}\nscenes: [{{lines: [{{text: Hi}}]}}]", "yaml")


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("[audio a.wav transcript=]", "markdown", "a.markdown:1: transcript= names no file."),
        ("[audio transcript=a.srt]", "markdown", "a.markdown:1: [audio] names no file."),
        (
            "scenes:\n- lines:\n  - {text: Hi, transcript: a.srt}",
            "yaml",
            "a.yaml:3: a transcript goes with a recording, and this line has none.",
        ),
    ],
)
def test_a_transcript_goes_with_a_recording(text: str, kind: ScriptKind, told: str) -> None:
    assert mistake(text, kind).startswith(told)


@pytest.mark.parametrize("script", ["a.md", "a.yaml"])
def test_their_files_are_found_listed_and_pinned(folder: Path, store: FolderStore, script: str) -> None:
    board = read_script(folder / script)
    assert files_of(board) == tuple(str(folder / name) for name in NAMES)
    kinds: dict[str, Kind] = {}

    def note(name: str, kind: Kind) -> str:
        kinds[Path(name).name] = kind
        return name

    map_files(board, note)
    assert [kinds[name] for name in NAMES] == [
        *(Kind.VIDEO, Kind.VIDEO, Kind.RECORDING, Kind.PICTURE, Kind.PICTURE, Kind.RECORDING, Kind.TRANSCRIPT)
    ]
    pinned = pin_inputs(board, store)
    assert address_inputs(board) == pinned == pin_inputs(pinned, store)
    assert all(name.startswith("asset:") for name in files_of(pinned))
    assert len(set(files_of(pinned))) == len(NAMES)
    back = json.loads(read(pinned.model_dump_json(), "json").model_dump_json())
    for line in (*back["scenes"][0]["lines"], *(lines := pinned.model_dump(mode="json"))["scenes"][0]["lines"]):
        del line["source_line"]
    assert back == lines


@pytest.mark.parametrize(("name", "line"), [("intro.mp4", 4), ("outro.mp4", 5), ("calm.mp3", 6), ("take.srt", 12)])
def test_a_missing_one_is_told_at_its_line(folder: Path, name: str, line: int) -> None:
    (folder / name).unlink()
    with pytest.raises(ScriptError) as told:
        read_script(folder / "a.md")
    assert str(told.value).startswith(f"{folder / 'a.md'}:{line}: there is no file '{name}'.")


def test_the_kinds_of_files_are_no_aliases_of_each_other() -> None:
    assert len(Kind) == len({kind.value for kind in Kind}) == 5


def test_what_is_fetched_is_looked_at_as_what_it_is_for(folder: Path, store: FolderStore) -> None:
    (folder / "bad.srt").write_text("1\n00:00 -> 00:01\nHello.\n")
    with served(StaticFiles(directory=folder)) as url:
        for name, told in (
            ("take.srt", None),
            ("bad.srt", "bad.srt: there is no cue with a text in this transcript."),
        ):
            fetcher = Fetcher(lambda: store, Pace())
            if told is None:
                assert fetcher.asset(f"{url}/{name}", Kind.TRANSCRIPT, "--transcript").size_bytes
                continue
            with pytest.raises(BadInput) as error:
                fetcher.asset(f"{url}/{name}", Kind.TRANSCRIPT, "--transcript")
            assert told in str(error.value)
            assert error.value.where == "--transcript"
        with pytest.raises(BadInput, match="it has no picture"):
            Fetcher(lambda: store, Pace()).asset(f"{url}/take.srt", Kind.VIDEO, "a.md:4")


def test_a_transcript_is_given_beside_a_recording(folder: Path) -> None:
    image, audio, transcript = (str(folder / name) for name in ("ada.png", "take.wav", "take.srt"))
    board = read_inputs(None, image=image, audio=audio, transcript=transcript)
    assert [(line.audio, line.transcript) for line in board.scenes[0].lines] == [(audio, transcript)]
    with pytest.raises(BadInput, match="goes with a recording") as told:
        read_inputs(folder / "a.md", transcript=transcript)
    assert told.value.where == "--transcript"
    with pytest.raises(BadInput, match="no such file") as told:
        read_inputs(None, image=image, audio=audio, transcript=str(folder / "none.srt"))
    assert told.value.where == "--transcript"


def test_the_schema_knows_them() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(storyboard_schema_text()))
    data = yaml.safe_load(DATA)
    data["music"]["duck_db"] = -8.5
    validator.validate(data)
    validator.validate(data | {"music": "calm.mp3", "logo": "logo.png", "say": None, "intro": None})
    for wrong in ({"logo": {"file": "l.png", "corner": "left"}}, {"say": {"a": ""}}, {"music": {"level_db": -3}}):
        assert list(validator.iter_errors(data | wrong)), wrong
