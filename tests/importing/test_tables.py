"""Tables and lists become paragraphs; what is wrong is told by its row and column."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.errors import LongtakeError, ScriptError
from longtake.importing.lists import read_list
from longtake.importing.said import Said
from longtake.importing.tables import read_table
from longtake.importing.writing import markdown_of
from longtake.script import parse_script
from longtake.script.source import Source
from longtake.storyboard import NARRATOR

ROWS = [
    Said(text="Hello, you. [pause 0.8]", speaker="Ada", scene="One", image="ada.png", voice="espeak:en-gb"),
    Said(text="Hi; there."),
    Said(text='"Two" lines', speaker="Theo", scene="Two"),
]
COMMAS = """\
Speaker,Text,scene,IMAGE,voice,pause
Ada,"Hello, you.",One,ada.png,espeak:en-gb,0.8
,Hi; there.,,,,

Theo,\"""Two""
lines",Two,,,
"""


def table(text: str) -> list[Said]:
    return read_table(Source(text, "a.csv"))


def listed(data: object) -> list[Said]:
    return read_list(Source(json.dumps(data, indent=1), "a.json"))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_with_a_head(mark: str, end: str) -> None:
    assert table(mark + COMMAS.replace("\n", end)) == ROWS


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_delimiters_of_other_countries(delimiter: str) -> None:
    rows = ["text;pause;speaker", "Hello, you, all;0,8;Ada", '"Semi; colon";;']
    assert table("\n".join(rows).replace(";", delimiter).replace(f"Semi{delimiter}", "Semi;")) == [
        Said(text="Hello, you, all [pause 0.8]", speaker="Ada"),
        Said(text="Semi; colon"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ada,Hello.\nTheo,Hi.", [("Ada", "Hello."), ("Theo", "Hi.")]),
        ("Ada;Hello, you, there\nTheo;Hi", [("Ada", "Hello, you, there"), ("Theo", "Hi")]),
        ("Hello.\nGood morning.", [(None, "Hello."), (None, "Good morning.")]),
        ("text\nHello.", [(None, "Hello.")]),
        ("Ada\tHello, a\tScene", [("Ada", "Hello, a")]),
        ("TEXT , speaker\nHello.,Ada", [("Ada", "Hello.")]),
    ],
)
def test_a_head_may_be_missing_or_in_any_case(text: str, said: list[tuple[str | None, str]]) -> None:
    assert [(one.speaker, one.text) for one in table(text)] == said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a.csv: the table is empty."),
        ("speaker,text\n", "a.csv: the table has no row but its head."),
        ("speaker,text\nAda,Hello\nTheo,", "a.csv:3: row 3, text: nothing is said."),
        ("speaker,text\nAda,Hello\n\nTheo,🎉", "a.csv:4: row 4, text: nothing in '🎉' can be spoken."),
        ('text,pause\n"a\nb",1\nc,soon', "a.csv:4: row 3, pause: 'soon' is no number of seconds."),
        ("text,pause\na,-1", "a.csv:2: row 2, pause: '-1' is no number of seconds."),
        ("text,pause\na,nan", "a.csv:2: row 2, pause: 'nan' is no number of seconds."),
        ("text,pause\na,61", "a.csv:2: row 2, pause: '61' is no number of seconds."),
        ("text\na [pause x]", "a.csv:2: row 2, text: [pause x] has no length in seconds."),
        ("speaker,text\nAda: me,Hello", "a.csv:2: row 2, speaker: 'Ada: me' is no name."),
        ("speaker,text\nAda,Hello,you", "a.csv:2: row 2: it has 3 cells, and there are 2 columns."),
        ("speeker,text\nAda,Hello", "a.csv:1: row 1: there is no column 'speeker'. Did you mean 'speaker'?"),
        ("start\tend\ttext\n0\t900\tHello", "a.csv:1: row 1: there is no column 'start'."),
        ("speaker,scene\nAda,Hello", "a.csv:1: row 1: there is no column 'text'."),
        ("text,text\na,b", "a.csv:1: row 1: the column 'text' stands there twice."),
    ],
)
def test_a_bad_row_is_told_by_its_line_its_number_and_its_column(text: str, told: str) -> None:
    with pytest.raises(ScriptError) as caught:
        table(text)
    assert str(caught.value).startswith(told)
    assert caught.value.hint


def test_lists() -> None:
    assert listed(["Hello.", "Hi."]) == [Said(text="Hello."), Said(text="Hi.")]
    assert listed([{"speaker": "Ada", "text": "Hello.", "pause": 0.5}, {"text": "Hi.", "scene": None}, "Ho."]) == [
        Said(text="Hello. [pause 0.5]", speaker="Ada"),
        Said(text="Hi."),
        Said(text="Ho."),
    ]


def test_what_speech_recognition_tells() -> None:
    segments = [
        {"id": 0, "seek": 0, "start": 0.0, "end": 2.5, "text": " This tower", "tokens": [1, 2], "avg_logprob": -0.2},
        {"id": 1, "seek": 0, "start": 2.5, "end": 4.0, "text": " is old.", "tokens": []},
        {"id": 2, "seek": 0, "start": 5.5, "end": 6.0, "text": " It works.", "tokens": []},
    ]
    told = [Said(text="This tower is old."), Said(text="It works.")]
    assert listed({"text": " all", "segments": segments, "language": "en"}) == listed(segments) == told
    spoken = [segment | {"speaker": f"SPEAKER_0{n % 2}"} for n, segment in enumerate(segments)]
    assert [one.speaker for one in listed({"segments": spoken})] == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "a.json: this is no list that can be imported. Known: "),
        ([], "a.json: the list is empty."),
        ("a", "a.json: this is no list"),
        ({"scenes": []}, "a.json: this is a script already."),
        (["a", 5], "a.json:3: item 2: it is neither a text nor {…} with one."),
        (["a", ""], "a.json:3: item 2, text: nothing is said."),
        ([{"speaker": "A"}], "a.json:2: item 1, text: nothing is said."),
        ([{"text": 5}], "a.json:2: item 1, text: '5' is no text."),
        ([{"text": "a", "pause": True}], "a.json:2: item 1, pause: 'True' is no text."),
        ([{"txt": "a"}], "a.json:2: item 1: there is no key 'txt'. Did you mean 'text'?"),
        (
            {"segments": [{"start": 0, "end": 1, "text": "a"}, {"start": "x", "end": 1, "text": "a"}]},
            "a.json:9: item 2, start: 'x' cannot be used",
        ),
    ],
)
def test_a_bad_item_is_told_by_its_line_its_number_and_its_key(data: object, told: str) -> None:
    with pytest.raises(ScriptError) as caught:
        listed(data)
    assert str(caught.value).startswith(told)
    assert caught.value.hint


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from('abA,;\t\n\r" .[]pause1\ufeff'), max_size=60))
def test_any_table_is_read_or_told(text: str) -> None:
    try:
        said = table(text)
    except LongtakeError as error:
        assert str(error).startswith("a.csv")
    else:
        assert all(one.text for one in said)


def test_a_flood_of_brackets_becomes_text_that_can_be_read() -> None:
    flood = "[a " * 30_000 + "end"
    script = markdown_of(table(f"text\n{flood}\n"), {NARRATOR: {}})
    board = parse_script(script, kind="markdown", source_name="a")
    assert board.scenes[0].lines[0].text == flood
