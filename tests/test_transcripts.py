"""SRT and WebVTT as they are found in the wild, read into cues; what cannot be read is told by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.errors import ScriptError
from longtake.script.source import Source
from longtake.transcripts import TranscriptCue, parse_transcript, plain_cue_text, read_transcript

SRT = """\
1
00:00:01,000 --> 00:00:02,500
Hello <i>there</i>.

2
00:00:02,500 --> 00:00:04,000 X1:40 X2:600
{\\an8}Two lines
of &amp; text.
"""
VTT = """\
WEBVTT - a title
Kind: captions

STYLE
::cue { color: red }

NOTE a note --with dashes--
over lines

intro
00:01.000 --> 00:02.500 align:start position:10%
<v Ada>Hello <c.yellow>there</c>.</v>

01:00:02.500 --> 01:00:04.000
<v.loud Theo>One.
<v Ada>Two <00:00:03.000>now.
"""


def read(text: str) -> tuple[TranscriptCue, ...]:
    return parse_transcript(Source(text, "a.srt"))


def told(text: str) -> list[tuple[float, float, str]]:
    return [(cue.start_seconds, cue.end_seconds, cue.text) for cue in read(text)]


def mistake(text: str) -> str:
    with pytest.raises(ScriptError) as caught:
        read(text)
    assert caught.value.hint
    return str(caught.value)


def test_srt() -> None:
    assert told(SRT) == [(1, 2.5, "Hello there."), (2.5, 4, "Two lines of & text.")]
    assert [cue.line for cue in read(SRT)] == [2, 6]


def test_webvtt_with_speakers() -> None:
    cues = read(VTT)
    assert [(cue.line, cue.start_seconds, cue.speaker, cue.text) for cue in cues] == [
        (11, 1, "Ada", "Hello there."),
        (14, 3602.5, "Theo", "One."),
        (14, 3602.5, "Ada", "Two now."),
    ]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_change_nothing(end: str, mark: str) -> None:
    assert read(mark + SRT.replace("\n", end)) == read(SRT)
    assert read(mark + VTT.replace("\n", end)) == read(VTT)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.replace("Hello", "Grüße, 世界").encode(encoding))
    assert read_transcript(path)[0].text == "Grüße, 世界 there."


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ("00:00:01,5 --> 00:00:02,25", 1.5, 2.25),
        ("00:01 --> 00:02", 1, 2),
        ("0:00:01.000-->0:00:02.000", 1, 2),
        ("  1:02,003  -->  1:02:03,004  ", 62.003, 3723.004),
        ("100:00:00.000 --> 100:00:01.000", 360_000, 360_001),
    ],
)
def test_times_as_programs_write_them(times: str, start: float, end: float) -> None:
    assert told(f"{times}\nx") == [(start, end, "x")]


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        ("00:01 --> 00:02\na\n\nb", ["a b"]),
        ("00:01 --> 00:02\na\n2\n00:03 --> 00:04\nb", ["a", "b"]),
        ("1\n00:01 --> 00:02\n\n2\n00:03 --> 00:04\nb", ["b"]),
        ("00:03 --> 00:04\nb\n\n00:01 --> 00:02\na", ["a", "b"]),
        ("00:01 --> 00:02\n<b></b>\n\n00:03 --> 00:04\nb", ["b"]),
        ("00:01 --> 00:02\na\n\nNOTE x\ny\n\n00:03 --> 00:04\nNOTE well", ["a", "NOTE well"]),
        ("00:01 --> 00:02\na\n\nchapter two\n00:03 --> 00:04\nb", ["a", "b"]),
        ("00:01 --> 00:02\n1984", ["1984"]),
        ("00:01 --> 00:02\n你好，\n世界", ["你好，世界"]),
    ],
)
def test_disorder_is_put_in_order(text: str, cues: list[str]) -> None:
    assert [cue.text for cue in read(text)] == cues


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a <b>bold</b> <font color='red'>red</font> move", "a bold red move"),
        ("5 < 6 and 7 > 3, a<b and c>d", "5 < 6 and 7 > 3, a<b and c>d"),
        ("{\\pos(10,20)}{\\an8}top {not}", "top {not}"),
        ("&lt;b&gt; &amp;amp; R&D &nbsp;x", "<b> &amp; R&D x"),
        ("a<br/>b", "a b"),
        ("zero\u200e\x07width\u202e!", "zero\u200ewidth!"),
    ],
)
def test_markup_is_stripped(markup: str, text: str) -> None:
    assert plain_cue_text([markup]) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.srt: there is no cue with a text in this transcript."),
        ("WEBVTT\n\nhello", "a.srt: there is no cue with a text in this transcript."),
        ("1\n00:01 --> 00:02\na\n\n2\n00:0x --> 00:04\nb", "a.srt:6: '00:0x --> 00:04' tells no times of a cue."),
        ("1\n00:61 --> 00:62\na", "a.srt:2: '00:61 --> 00:62' tells no times"),
        ("00:02 --> 00:01\na", "a.srt:1: this cue ends before it begins."),
        ("00:02 --> 00:02\na", "a.srt:1: this cue ends before it begins."),
        ("a --> b", "a.srt:1: 'a --> b' tells no times of a cue."),
        ("00:01 --> 00:02\na\x00", "a.srt:2: the file has a NUL character in it"),
    ],
)
def test_a_mistake_names_its_line(text: str, said: str) -> None:
    assert mistake(text).startswith(said)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_bytes(b"1\n00:01 --> 00:02\ncaf\xe9\n")
    with pytest.raises(ScriptError, match="is not UTF-8 text") as error:
        read_transcript(tmp_path / "a.srt")
    assert str(error.value.where).endswith("a.srt:3")
    with pytest.raises(ScriptError, match=r"no such file\. Check the transcript's name"):
        read_transcript(tmp_path / "b.srt")


def test_a_ten_hour_transcript_keeps_every_cue() -> None:
    clocks = [f"{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}" for n in range(36_000)]
    rows = [f"{n}\n{clock},000 --> {clock},900\nCue {n}.\n" for n, clock in enumerate(clocks)]
    cues = read("\n".join(rows))
    assert len(cues) == 36_000
    assert [cues[-1].start_seconds, cues[-1].text, cues[-1].line] == [35_999, "Cue 35999.", 4 * 35_999 + 2]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["00:01 --> 00:02", "\n", "\n\n", "1", "WEBVTT", "NOTE", "<v A>", "</v>", "<", "{\\", "}", "&#", "a", "-->"]
        ),
        max_size=20,
    )
)
def test_any_heap_of_syntax_is_cues_or_a_clear_error(parts: list[str]) -> None:
    try:
        cues = read("".join(parts))
    except ScriptError as error:
        assert str(error).startswith("a.srt")
    else:
        assert all(cue.text and cue.start_seconds < cue.end_seconds for cue in cues)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("part", ["<", "<v ", "<c.", "{\\", "&#1", "<i x", " ", "<b></b>", "<1"])
def test_no_repetition_takes_forever(part: str) -> None:
    with_words = f"00:01 --> 00:02\nword {part * 20_000}\n"
    assert read(with_words)[0].text.startswith("word")
    with pytest.raises(ScriptError):
        read(f"00:01 {part * 5_000} --> 00:02")
