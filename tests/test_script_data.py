"""Scripts in plain text, YAML and JSON, and the published schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.errors import LongtakeError, ScriptError
from longtake.script import ScriptKind, parse_script, storyboard_schema_text
from longtake.storyboard import Line, Scene, Speaker, Storyboard

DOCS = Path(__file__).parent.parent / "docs"

YAML = """\
id: tour
speakers:
  Ada: {image: ada.png}
  No:
scenes:
- title: 1.10
  lines:
  - Ada: yes
  - No: |
      I said
      no.
  - speaker: Ada
    audio: a.wav
- lines:
  - text: "2024 [pause 1s]"
"""


def examples(kind: str) -> list[str]:
    """The blocks of a kind in docs/script.md."""
    parts = (DOCS / "script.md").read_text().split("```")[1::2]
    return [part.removeprefix(f"{kind}\n") for part in parts if part.startswith(f"{kind}\n")]


def read(text: str, kind: ScriptKind, language: str | None = None) -> Storyboard:
    return parse_script(text, kind=kind, source_name=f"a.{kind}", language=language)


def mistake(text: str, kind: ScriptKind) -> str:
    with pytest.raises(ScriptError) as caught:
        read(text, kind)
    return str(caught.value)


def test_plain_text_is_one_narrator_and_one_scene() -> None:
    (scene,) = read("One\ntwo.\n\n \n# Three *x*\n[pause 1]\n\n[pause 2]\n", "text").scenes
    assert scene.lines == (
        Line(text="One two.", source_line=1),
        Line(text="# Three *x* [pause 1] [pause 2]", source_line=5),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a.text: the script has nothing to say."),
        (" \n\n[pause 1]", "a.text: the script has nothing to say."),
        ("a\n\nb [pause 61]", "a.text:3: [pause 61] is out of range."),
        ("a\n\n???", "a.text:3: nothing in '???' can be spoken."),
    ],
)
def test_mistakes_in_plain_text(text: str, told: str) -> None:
    assert mistake(text, "text").startswith(told)


def test_yaml_takes_every_value_as_it_is_written() -> None:
    board = read(YAML, "yaml")
    assert board.scenes[0].title == "1.10"
    assert board.scenes[0].lines == (
        Line(speaker="Ada", text="yes", source_line=8),
        Line(speaker="No", text="I said no.", source_line=9),
        Line(speaker="Ada", audio="a.wav", source_line=12),
    )
    assert board.scenes[1].lines == (Line(text="2024 [pause 1s]", source_line=15),)


def test_json_says_the_same() -> None:
    data = yaml.load(YAML, Loader=yaml.BaseLoader)
    data["speakers"]["No"] = None
    board = read(json.dumps(data, indent=1), "json")
    assert board.model_dump(exclude={"scenes"}) == read(YAML, "yaml").model_dump(exclude={"scenes"})
    lines = [line for scene in board.scenes for line in scene.lines]
    assert [line.text for line in lines] == ["yes", "I said no.", None, "2024 [pause 1s]"]
    rows = json.dumps(data, indent=1).split("\n")
    assert ['"yes"' in rows[lines[0].source_line or 0], '"a.wav"' in rows[(lines[2].source_line or 0) + 1]] == [
        True
    ] * 2


def test_an_anchor_may_be_used_again() -> None:
    board = read("speakers: {A: &a {image: a.png}, B: *a}\nscenes: [{lines: [{A: hi}, {B: ho}]}]", "yaml")
    assert board.speakers["B"].image == "a.png"


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a.yaml: the script is empty."),
        ("hello", "a.yaml:1: the script must hold keys with values"),
        ("- a", "a.yaml:1: the script must hold keys with values"),
        ("id: x", "a.yaml:1: the script has no 'scenes'."),
        ("scenes: []", "a.yaml:1: scenes is empty"),
        ("scenes:\n- lines: hello", "a.yaml:2: scenes[1].lines must be a list."),
        ("scenes:\n- lines:\n  - hello", "a.yaml:3: scenes[1].lines[1] must hold keys with values"),
        ("scenes:\n- lines:\n  - text: a\n    adio: b", "a.yaml:4: there is no key 'adio'. Did you mean 'audio'?"),
        ("scenes:\n- linez:\n  - text: a", "a.yaml:2: there is no key 'linez'. Did you mean 'lines'?"),
        (
            "scenes:\n- lines:\n  - text: a\n    audio: b",
            "a.yaml:3: scenes[1].lines[1]: a line has either text or audio.",
        ),
        ("scenes:\n- lines:\n  - text: '[pause 1]'", "a.yaml:3: this line says nothing."),
        ("scenes:\n- lines:\n  - text: a [pause q]", "a.yaml:3: [pause q] has no length"),
        (
            "speakers: {Theo: }\nscenes:\n- lines:\n  - Teo: a",
            "a.yaml:4: there is no speaker 'Teo'. Did you mean 'Theo'?",
        ),
        ("scenes: *x", "a.yaml:1: *x repeats a value that is nowhere above."),
        ("id: a\n---\nid: b", "a.yaml:2: a second document begins here."),
        ("? [a]\n: b", "a.yaml:1: a key must be a word or a name."),
        (BOMB, "a.yaml:4: aliases repeat too much."),
        ("[" * 100_000, "a.yaml:1: the data is nested too deeply."),
        ("- " * 5_000, "a.yaml:1: the data is nested too deeply."),
        (f"id: {'x' * 201}\nscenes: [{{lines: [{{text: a}}]}}]", "a.yaml:1: id is longer than 200 characters."),
    ],
)
def test_mistakes_in_yaml(text: str, told: str) -> None:
    assert mistake(text, "yaml").startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a.json:1: this is no JSON: expecting value."),
        ('{"scenes": [\n,]}', "a.json:2: this is no JSON"),
        ("NaN", "a.json:1: the script must hold keys"),
        ("[" * 100_000, "a.json: this JSON is nested too deeply"),
        ("[" * 100 + "]" * 100, "a.json:1: the data is nested too deeply."),
        ('{"id": ' + "1" * 5_000 + "}", "a.json: this JSON is nested too deeply, or has a number that is too long."),
        ('{"id": "a",\n "id": "b"}', "a.json:2: 'id' stands here a second time (first on line 1)."),
        (
            '{"scenes": [{"lines": [\n{"text": "a"},\n{"text": 5}]}]}',
            "a.json:3: scenes[1].lines[2].text must be a text",
        ),
        ('{"scenes": [{"lines": [{"text": "\\ud800"}]}]}', "a.json:1: this line says nothing."),
        ('{"title": "\\ud800", "scenes": [{"lines": [{"text": "a"}]}]}', "a.json:1: title holds half a character"),
    ],
)
def test_mistakes_in_json(text: str, told: str) -> None:
    assert mistake(text, "json").startswith(told)


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(ScriptError, match="no kind of script"):
        parse_script("a", kind="docx", source_name="x")  # type: ignore[arg-type]


def test_the_published_schema_is_the_programs() -> None:
    assert (DOCS / "storyboard.schema.json").read_text() == storyboard_schema_text(), (
        "renew it: longtake schema > docs/storyboard.schema.json"
    )


def test_the_example_in_the_docs_is_a_script() -> None:
    example, in_languages = examples("markdown")
    assert [read(in_languages, "markdown", each).id for each in ("en", "de")] == ["lighthouse-en", "lighthouse-de"]
    board = read(example, "markdown")
    lines = [line for scene in board.scenes for line in scene.lines]
    assert [(line.speaker, line.text or line.audio) for line in lines] == [
        ("Theo", "Welcome. This tower is older than the town. [pause 0.8] It still works."),
        ("Theo", "It has 199 steps."),
        ("Ada", "I counted 201."),
        ("Ada", "keeper.wav"),
    ]
    assert (board.scenes[0].image, board.scenes[1].title) == ("tower.jpg", "The keeper")


def test_the_schema_takes_what_the_program_takes() -> None:
    schema = json.loads(storyboard_schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    (example,) = examples("yaml")
    data = yaml.safe_load(example)
    validator.validate(data)
    assert len(read(yaml.safe_dump(data), "yaml").scenes[0].lines) == 3
    validator.validate(json.loads(read(YAML, "yaml").model_dump_json()))


@pytest.mark.parametrize("line", ['{"speaker": "A"}', '{"text": "a", "audio": "b"}', '{"text": 5}', '"a"', "{}"])
def test_the_schema_refuses_what_the_program_refuses(line: str) -> None:
    text = f'{{"speakers": {{"A": {{}}}}, "scenes": [{{"lines": [{line}]}}]}}'
    mistake(text, "json")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(text), json.loads(storyboard_schema_text()))


def test_a_storyboard_goes_to_json_and_back() -> None:
    board = Storyboard(
        id="x",
        language="pt-BR",
        speakers={"Ada": Speaker(image="a.png", mask="m.png")},
        scenes=(
            Scene(title="T", lines=(Line(speaker="Ada", text="Olá!", source_line=1), Line(audio="b", source_line=1))),
        ),
    )
    assert read(board.model_dump_json(), "json") == board


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(["markdown", "text", "yaml", "json"]), text=st.text(max_size=200))
def test_any_text_is_a_storyboard_or_a_clear_error(kind: ScriptKind, text: str) -> None:
    try:
        board = read(text, kind)
    except LongtakeError as error:
        assert str(error).startswith(f"a.{kind}")
    else:
        assert all(line.source_line for scene in board.scenes for line in scene.lines)


PIECES = [
    "---\n",
    "id: ",
    "speakers:",
    "\n  ",
    "Ada",
    ": ",
    "{",
    "}",
    "[pause ",
    "1]",
    "[audio ",
    "x]",
    "## ",
    "> ",
    "- ",
]
PIECES += [
    "\n\n",
    "\n",
    "*",
    "`",
    "```",
    "<!--",
    "-->",
    "|",
    "a b",
    "&x ",
    "*x",
    "!!y ",
    "'",
    '"',
    "\t",
    "image=",
    "# ",
    "~~",
]
PIECES += ["scenes:", "lines:", "text:", "[", "]", ",", "null", "\\", "(", ")", "<br>", "…", "\u200b", "1. "]


@settings(max_examples=500, deadline=None)
@given(kind=st.sampled_from(["markdown", "yaml", "json"]), parts=st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_heap_of_syntax_is_a_storyboard_or_a_clear_error(kind: ScriptKind, parts: list[str]) -> None:
    try:
        read("".join(parts), kind)
    except LongtakeError as error:
        assert str(error).startswith(f"a.{kind}")
