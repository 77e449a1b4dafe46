"""The conventions, for whatever is said in whatever script, with or without word times."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.captions import caption_cues
from longtake.captions.words import Words, text_width
from longtake.prepared import TimedText
from longtake.script.text import written_text

LATIN = st.text("abcdéß,.;:!?'\"—-…()", min_size=1, max_size=14)
PIECES = st.one_of(
    LATIN,
    st.text("我们把很长的视频分成，。！？「」（）…—", min_size=1, max_size=30),
    st.text("きゃっトーでした、。「」ゃゅょっー々", min_size=1, max_size=30),
    st.text("안녕하세요.", min_size=1, max_size=8),
    st.text("ภาษาไทยเแโ่้ำๆ", min_size=1, max_size=30),
    st.text("שלוםא,.", min_size=1, max_size=10),
    st.text("صباحخير،؟", min_size=1, max_size=10),
    st.sampled_from(["YouTube", "2024", "12,50", "$1,000", "😀", "https://example.org/a?b=c", "%", "x" * 60]),
)
TEXTS = st.lists(PIECES, min_size=1, max_size=12).map(" ".join)


@st.composite
def sentences(draw: st.DrawFn) -> list[TimedText]:
    """Sentences one after the other; some tell when their words are heard, in any rhythm."""
    made, clock = [], draw(st.sampled_from([0.0, 0.02, 3599.9]))
    for text in draw(st.lists(TEXTS, max_size=4)):
        start = clock + draw(st.sampled_from([0, 0.35, 0.5, 0.9, 5]))
        clock = start + draw(st.floats(0.2, 30))
        letters = "".join(written_text(text).split())
        places = sorted(draw(st.sets(st.integers(0, len(letters)), max_size=12)))
        times = sorted(draw(st.lists(st.integers(0, 31_000), min_size=len(places), max_size=len(places))))
        moments = tuple(zip(places, times, strict=True)) if draw(st.booleans()) else ()
        made.append(TimedText(text=text, start_seconds=start, end_seconds=clock, moments=moments))
    return made


def unbreakable(line: str) -> bool:
    """Whether a line is one piece that no rule lets be parted."""
    return len(Words(line)) == 1


@settings(max_examples=80, deadline=None)
@given(sentences(), st.sampled_from([0.0, 0.5]))
def test_cues_keep_to_the_conventions_in_every_script(said: list[TimedText], behind: float) -> None:
    video_seconds = said[-1].end_seconds + behind if said else 1.0
    cues = caption_cues(said, video_seconds=video_seconds)
    assert all(one.end_milliseconds <= two.start_milliseconds for one, two in pairwise(cues))
    assert all(0 < cue.end_milliseconds - cue.start_milliseconds <= 7000 for cue in cues)
    assert not cues or cues[-1].end_milliseconds <= round(1000 * video_seconds)
    for cue in cues:
        assert 1 <= len(cue.lines) <= 2
        assert all(text_width(line) <= 42.001 or unbreakable(line) for line in cue.lines)
    wanted = "".join("".join(written_text(sentence.text).split()) for sentence in said)
    assert "".join("".join("".join(cue.lines).split()) for cue in cues) == wanted


def kinsoku(lines: list[str]) -> bool:
    begins = "、。，．！？」』）】》〉ぁぃぅぇぉっゃゅょァィゥェォッャュョヮヵヶー々ゝゞ・…"
    ends = "「『（【《〈"
    return not any(line[0] in begins or line[-1] in ends for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "「きょうは、とてもいい天気ですね」と彼は言って、それから『しゃっくり』をしながら、ちょっとだけ笑った。",
        "コーヒーとチョコレートは、スーパーマーケットのとなりにあるちいさなカフェで、ゆっくりとあじわうのがいちばんだ。",
        "他说：“我们今天要去看一场很长的电影（三个小时！），然后再回家吃晚饭。”她笑了笑，没有回答他的问题……",
    ],
)
@pytest.mark.parametrize("seconds", [6.0, 14.0, 31.0])
def test_no_line_begins_or_ends_with_what_may_not_stand_there(text: str, seconds: float) -> None:
    cues = caption_cues([TimedText(text=text, start_seconds=0, end_seconds=seconds)])
    lines = [line for cue in cues for line in cue.lines]
    assert "".join(lines) == text and len(lines) > 2
    assert kinsoku(lines)
    assert all(len(line) <= 16 for line in lines)


def test_thai_is_broken_at_its_spaces_where_there_are_any() -> None:
    phrases = ["วันนี้เราจะพูดถึงวิดีโอที่ยาวมาก", "และวิธีที่เราสร้างมันขึ้นมาทีละส่วน", "โดยไม่เสียเวลาหรือเงินมากเกินไป"]
    cues = caption_cues([TimedText(text=" ".join(phrases), start_seconds=0, end_seconds=9)])
    assert [line for cue in cues for line in cue.lines] == phrases


@pytest.mark.parametrize(
    ("text", "together"),
    [
        (
            "Welcome to it. It has stood here, on this narrow strip of rock between two tides, since long ago.",
            "of rock",
        ),
        ("Nobody in the whole room, not even Dr. Smith, knew what was to be expected of him.", "Dr. Smith"),
        ("All that we have ever heard of it in the U.S. was that it had come to nothing in the end.", "U.S. was"),
        ("Et puis ils ont dit à tout le monde\u00a0: « Nous n'avons plus le temps d'attendre ici\u00a0! »", "monde :"),
        ("Et puis ils ont dit à tout le monde\u00a0: « Nous n'avons plus le temps d'attendre ici\u00a0! »", "« Nous"),
        ("We were in the middle of the long street – nobody else was there – and waited for you.", "street –"),
    ],
)
@pytest.mark.parametrize("seconds", [4.0, 12.0])
def test_what_belongs_together_stays_on_a_line(text: str, together: str, seconds: float) -> None:
    cues = caption_cues([TimedText(text=text, start_seconds=0, end_seconds=seconds)])
    lines = [line for cue in cues for line in cue.lines]
    assert len(lines) > 1 and any(together in line for line in lines)


def test_a_cue_of_words_with_times_ends_where_the_next_word_begins() -> None:
    text = "The first half of this is said very fast indeed, and then the other half of it takes ever so long to say."
    half = len("".join(text[: text.index(",") + 1].split()))
    cues = caption_cues([TimedText(text=text, start_seconds=10, end_seconds=18, moments=((0, 0), (half, 2345)))])
    assert (cues[0].start_milliseconds, cues[0].end_milliseconds) == (10_000, 12_345)
    assert cues[1].lines[0].startswith("and then")


def test_a_last_cue_ends_with_the_video() -> None:
    (cue,) = caption_cues([TimedText(text="Yes.", start_seconds=9, end_seconds=9.3)], video_seconds=9.4)
    assert (cue.start_milliseconds, cue.end_milliseconds) == (9000, 9400)
