"""Markdown scripts: what becomes of each of Markdown's parts, and the line that a mistake is reported at."""

from __future__ import annotations

from textwrap import dedent

import pytest

from longtake.errors import ScriptError
from longtake.script import parse_script
from longtake.storyboard import Storyboard

TWO = "---\nspeakers:\n  Ada: {}\n  Theo: {}\n---\n"


def read(text: str) -> Storyboard:
    return parse_script(text, kind="markdown", source_name="a.md")


def said(text: str) -> list[tuple[str, str | None]]:
    return [(line.speaker, line.text) for scene in read(text).scenes for line in scene.lines]


def spoken(text: str) -> list[str | None]:
    return [text for _, text in said(text)]


def mistake(text: str) -> str:
    with pytest.raises(ScriptError) as caught:
        read(text)
    assert caught.value.hint
    return str(caught.value)


def test_front_matter_scenes_and_speakers() -> None:
    board = read(
        dedent("""\
        ---
        id: tour
        title: A tour
        language: en-GB
        speakers:
          Ada: {image: ada.png, voice: "espeak:en+f3"}
          Theo:
            prompt: calm
            mask: theo.png
        ---

        ## The tower {image=tower.jpg prompt="he says: look, {up}"}

        Theo: Welcome.

        It has 199 steps.
        Ada: I counted
        two more.

        ## The keeper

        Who else?
        """)
    )
    assert (board.id, board.title, board.language) == ("tour", "A tour", "en-GB")
    assert board.speakers["Ada"].voice == "espeak:en+f3"
    assert board.speakers["Theo"].mask == "theo.png"
    first, second = board.scenes
    assert (first.title, first.image, first.prompt) == ("The tower", "tower.jpg", "he says: look, {up}")
    assert [(line.speaker, line.text, line.source_line) for line in first.lines] == [
        ("Theo", "Welcome.", 14),
        ("Theo", "It has 199 steps.", 16),
        ("Ada", "I counted two more.", 17),
    ]
    assert (second.title, second.image) == ("The keeper", None)
    assert [(line.speaker, line.source_line) for line in second.lines] == [("Ada", 22)]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("*a* __b__ ***c*** `d`", "a b c d"),
        ("see [the *docs*](http://x.y) now", "see the docs now"),
        ("a ![picture](p.png) b", "a b"),
        ("keep ~~no~~ yes", "keep yes"),
        ("R&amp;D \\*stars\\*", "R&D *stars*"),
        ("a <b>bold</b> move<br>now", "a bold move now"),
        ("a <!-- hidden\nover lines --> b", "a b"),
        ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
        ("one\ntwo  \nthree\\\nfour", "one two three four"),
        ("你好，\n世界", "你好，世界"),
        ("    indented text", "indented text"),
        ("text\n---", "text"),
        ("1\\. First", "1. First"),
        ("zero\x07width\u202e!", "zerowidth!"),
        ("caf\u00e9 🎉", "caf\u00e9 🎉"),
        ("[pause 0.5 s] a [Pause: 2s]", "[pause 0.5 s] a [pause 2s]"),
    ],
)
def test_markup_is_stripped(markup: str, text: str) -> None:
    assert spoken(markup) == [text]


@pytest.mark.parametrize(
    "text",
    ["Ada: Hi", "**Ada:** Hi", "**Ada**: Hi", "ADA : Hi", "ada：Hi", "- Ada: Hi", "3. Ada:Hi", "<b>Ada</b>: Hi"],
)
def test_a_declared_name_begins_a_line(text: str) -> None:
    assert said(TWO + text) == [("Ada", "Hi")]


@pytest.mark.parametrize("text", ["Note: Hi", "Ada says: Hi", "The time: 12:30", "Adam: Hi", ": Hi"])
def test_any_other_name_is_text(text: str) -> None:
    assert said(TWO + text) == [("Narrator", text)]


def test_a_name_in_another_unicode_form_is_the_same() -> None:
    assert said("---\nspeakers: {Zo\u00eb: {}, X: {}}\n---\nZoe\u0308: Hi")[0] == ("Zo\u00eb", "Hi")


def test_the_only_speaker_needs_no_name() -> None:
    assert said("---\nspeakers: {Ada: {image: a.png}}\n---\nHi") == [("Ada", "Hi")]
    assert said("---\nimage: n.png\nspeakers: {Ada: {}}\n---\nHi") == [("Narrator", "Hi")]


def test_the_narrator_is_a_name_where_something_is_declared_for_it() -> None:
    text = "speakers: {Ada: }\n---\nAda: a\n\nNarrator: b"
    assert said(f"---\nimage: n.png\n{text}") == [("Ada", "a"), ("Narrator", "b")]
    assert said(f"---\n{text}") == [("Ada", "a"), ("Ada", "Narrator: b")]


def test_an_empty_list_of_speakers_is_none() -> None:
    assert said("---\nspeakers:\n---\nhi") == [("Narrator", "hi")]


def test_defaults_are_the_narrators_and_fill_what_speakers_leave_out() -> None:
    board = read("---\nimage: n.png\nmask: m.png\nvoice: v\nspeakers: {Ada: {image: a.png}, Theo: }\n---\nHi")
    narrator, ada, theo = (board.speakers[name] for name in ("Narrator", "Ada", "Theo"))
    assert (narrator.image, narrator.mask, narrator.voice) == ("n.png", "m.png", "v")
    assert (ada.image, ada.mask, ada.voice) == ("a.png", None, "v")
    assert (theo.image, theo.mask, theo.voice) == ("n.png", "m.png", "v")


def test_a_narrator_who_says_nothing_is_no_speaker() -> None:
    assert set(read("---\nimage: n.png\nspeakers: {Ada: {}}\n---\nAda: Hi").speakers) == {"Ada"}


def test_lists_are_spoken_and_notes_are_not() -> None:
    text = "> A note.\n> Ada: more.\n\n- one\n- two\n  - deep\n\n> [pause x]\n>\n> ```\n> code\n> ```\n\nend"
    assert spoken(text) == ["one", "two", "deep", "end"]


def test_the_title_is_the_first_heading_and_later_ones_are_scenes() -> None:
    board = read("# The *title*\n\n## One\n\na\n\n### unspoken\n\nb\n\n# Two\n\nc\n\n## Empty\n\n> note")
    assert board.title == "The title"
    assert [(scene.title, len(scene.lines)) for scene in board.scenes] == [("One", 2), ("Two", 1)]
    assert read("---\ntitle: Given\n---\n# Heading\n\na").title == "Given"


def test_the_title_of_the_front_matter_stands_above_a_heading() -> None:
    assert [scene.title for scene in read("---\ntitle: Given\n---\n# Heading\n\na").scenes] == [None]


def test_pauses_that_stand_alone_join_their_neighbour() -> None:
    assert spoken("[pause 1]\n\na\n\n[pause 2]\n\n## Next\n\n[pause 3]\n\nb") == [
        "[pause 1] a [pause 2] [pause 3]",
        "b",
    ]
    assert said(TWO + "Ada: a\n\nTheo: [pause 2]\n\nb") == [("Ada", "a [pause 2]"), ("Theo", "b")]
    assert spoken("[audio a.wav]\n\n[pause 1]\n\nb") == [None, "[pause 1] b"]


def test_a_recording_stands_for_a_line() -> None:
    board = read(TWO + "Ada: [audio takes/_a_ *b*.wav]\n\n[audio: c.wav]")
    assert [(line.speaker, line.audio, line.text) for line in board.scenes[0].lines] == [
        ("Ada", "takes/_a_ *b*.wav", None),
        ("Ada", "c.wav", None),
    ]


def test_windows_line_ends_and_byte_order_marks_change_nothing() -> None:
    text = TWO + "Ada: one\n\nTheo: two\n"
    assert read("\ufeff" + text.replace("\n", "\r\n")) == read(text) == read(text.replace("\n", "\r"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a.md: the script has nothing to say."),
        ("> only\n> notes", "a.md: the script has nothing to say."),
        ("---\nspekers: {}\n---\nhi", "a.md:2: there is no key 'spekers'. Did you mean 'speakers'?"),
        ("\n\n---\n\nspeakers:\n  A:\n    imge: x\n---\nhi", "a.md:7: there is no key 'imge'. Did you mean 'image'?"),
        ("---\nid: a\nid: b\n---\nhi", "a.md:3: 'id' stands here a second time (first on line 2)."),
        ("---\nid: x\nhi", "a.md:1: the front matter that begins here has no end."),
        ("---\nid: a\nprompt: says: hi\n---\nhi", "a.md:3: this is no YAML: a colon stands where none may."),
        ("---\nid: a\n\tx: b\n---\nhi", "a.md:3: this is no YAML: there is a tab."),
        ("---\nid: @me\n---\nhi", "a.md:2: this is no YAML: a value begins with '@'."),
        ("---\nid: a\ntitle: 'x\nlanguage: en\n---\nhi", "a.md:3: this is no YAML"),
        ("---\nlanguage: English\n---\nhi", "a.md:2: language 'English' is no language tag."),
        ("---\nspeakers: [Ada]\n---\nhi", "a.md:2: speakers must hold keys with values"),
        ("---\nspeakers:\n  Ada: x.png\n---\nhi", "a.md:3: speakers.Ada must hold keys with values"),
        ("---\nid: !!python/name:os.system x\n---\nhi", "a.md:2: the tag"),
        ("---\nid: x\x01\n---\nhi", "a.md:2: there is a control character (0x01)."),
        ("## T {imge=x}\nhi", "a.md:1: there is no scene attribute 'imge'. Did you mean 'image'?"),
        ("## T {image=a image=b}\nhi", "a.md:1: 'image' stands here twice."),
        ("## T {image}\nhi", "a.md:1: the braces at the end of this heading cannot be read."),
        ("# T {image=a}\nhi", "a.md:1: the script's title takes no attributes."),
        (f"a\n\n## {'t' * 501}\n\nb", "a.md:3: title is longer than 500 characters."),
        (f"\n# {'t' * 501}\n\nb", "a.md:2: title is longer than 500 characters."),
        ("a\n\n```\ncode\n```", "a.md:3: a block of code cannot be read aloud."),
        ("a\n\n| b | c |\n|---|---|\n| 1 | 2 |", "a.md:3: a table cannot be read aloud."),
        ("> note\nspoken?", "a.md:2: this line follows a note without a blank line between them."),
        ("a\n\nb <!-- c\n\nd", "a.md:3: the comment that begins here has no end."),
        ("a\nb [pause x]", "a.md:1: [pause x] has no length in seconds."),
        ("a\n\n[pause]", "a.md:3: [pause] has no length in seconds."),
        ("a [pause 99999]", "a.md:1: [pause 99999] is out of range."),
        ("a [pause -1]", "a.md:1: [pause -1] is out of range."),
        ("a [pause 0]", "a.md:1: [pause 0] is out of range."),
        ("a\n\nhear [audio b.wav]", "a.md:3: a recording stands alone"),
        ("[audio a.wav] [audio b.wav]", "a.md:1: a recording stands alone"),
        ("[audio]", "a.md:1: [audio] names no file."),
        ("[audio a.wav]\n\n[pause 1]\n\n[audio b.wav]", "a.md:3: this pause has no text beside it"),
        ("[audio a.wav]\n\n[pause 1]", "a.md:3: this pause has no text beside it"),
        ("a\n\n🎉 …", "a.md:3: nothing in '🎉 …' can be spoken."),
        ("a\n\nb\x00", "a.md:3: the file has a NUL character in it"),
        ("a\n\ud800", "a.md:2: the file holds half a character"),
    ],
)
def test_a_mistake_names_its_line_and_says_what_to_do(text: str, told: str) -> None:
    assert mistake(text).startswith(told)


def test_ten_thousand_lines_keep_their_numbers() -> None:
    lines = read("\n\n".join(f"Line *{number}* of many." for number in range(10_000))).scenes[0].lines
    assert [line.source_line for line in lines] == list(range(1, 20_000, 2))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "part",
    [
        "[",
        "![",
        "*a **b ",
        "`",
        "<",
        "[a](",
        "> ",
        "- ",
        "&",
        "~~",
        "{",
        "[pause ",
        "<!---->",
        "<!--",
        "[pause" + " " * 99,
        "[" + " " * 99,
    ],
)
def test_no_repetition_takes_forever(part: str) -> None:
    try:
        read("word " + part * 5_000)
        read("## word " + part * 900 + "}\n\nword")
    except ScriptError:
        pass
