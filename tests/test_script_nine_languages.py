"""Scripts in nine languages: read, split into sentences, and spoken by espeak-ng, with captions as they are written."""

from __future__ import annotations

import asyncio

import pytest

from longtake.assets import FolderStore
from longtake.loudness import preset_named
from longtake.prepared import PreparedLine
from longtake.script import parse_script
from longtake.speech import open_voice, prepare_spoken_line, split_sentences
from longtake.storyboard import Line

SCRIPTS = {
    "en": (
        "Ada: Dr. Grey keeps the *lighthouse*. She has\nlived there since 1998! Do you\nknow her?\n\n"
        "- It has 199 steps.",
        [
            ["Dr. Grey keeps the lighthouse.", "She has lived there since 1998!", "Do you know her?"],
            ["It has 199 steps."],
        ],
    ),
    "de": (
        "Ada: Dr. Grau hütet den *Leuchtturm*. Sie wohnt\ndort seit 1998! Kennen Sie\nsie?\n\n- Er hat 199 Stufen.",
        [
            ["Dr. Grau hütet den Leuchtturm.", "Sie wohnt dort seit 1998!", "Kennen Sie sie?"],
            ["Er hat 199 Stufen."],
        ],
    ),
    "fr": (
        "Ada : M. Gris garde le *phare*. Il y habite\ndepuis 1998 ! Le\nconnaissez-vous ?\n\n- Il a 199 marches.",
        [
            ["M. Gris garde le phare.", "Il y habite depuis 1998 !", "Le connaissez-vous ?"],
            ["Il a 199 marches."],
        ],
    ),
    "es": (
        "Ada: La señora Gris cuida el *faro*. ¡Vive\nallí desde 1998! ¿La\nconoce usted?\n\n- Tiene 199 escalones.",
        [
            ["La señora Gris cuida el faro.", "¡Vive allí desde 1998!", "¿La conoce usted?"],
            ["Tiene 199 escalones."],
        ],
    ),
    "ru": (
        "Ада: Госпожа Серова хранит *маяк*. Она живёт\nтам с 1998 года! Вы\nеё знаете?\n\n- В нём 199 ступеней.",
        [
            ["Госпожа Серова хранит маяк.", "Она живёт там с 1998 года!", "Вы её знаете?"],
            ["В нём 199 ступеней."],
        ],
    ),
    "ar": (
        "آدا: السيدة رمادي تحرس *المنارة*. تعيش\nهناك منذ سنوات! هل\nتعرفها؟\n\n- فيها درجات كثيرة.",
        [["السيدة رمادي تحرس المنارة.", "تعيش هناك منذ سنوات!", "هل تعرفها؟"], ["فيها درجات كثيرة."]],
    ),
    "hi": (
        "आदा: श्रीमती स्लेटी *प्रकाशस्तंभ* संभालती हैं। वे\nबरसों से वहीं रहती हैं! क्या\nआप उन्हें जानते हैं?\n\n- उसमें बहुत सीढ़ियाँ हैं।",
        [
            ["श्रीमती स्लेटी प्रकाशस्तंभ संभालती हैं।", "वे बरसों से वहीं रहती हैं!", "क्या आप उन्हें जानते हैं?"],
            ["उसमें बहुत सीढ़ियाँ हैं।"],
        ],
    ),
    "ja": (
        "エイダ：灰原さんは*灯台*を守っています。もう\n二十年そこに住んでいます！ご存じ\nですか？\n\n"
        "- 階段がたくさんあります。",
        [
            ["灰原さんは灯台を守っています。", "もう二十年そこに住んでいます！", "ご存じですか？"],
            ["階段がたくさんあります。"],
        ],
    ),
    "zh": (
        "艾达：灰女士看守*灯塔*。她在\n那里住了二十年！你认\n识她吗？\n\n- 它有很多台阶。",
        [["灰女士看守灯塔。", "她在那里住了二十年！", "你认识她吗？"], ["它有很多台阶。"]],
    ),
}
NAMES = {"ru": "Ада", "ar": "آدا", "hi": "आदा", "ja": "エイダ", "zh": "艾达"}
# espeak-ng knows kana; of a kanji it tells at length that it is one.
SECONDS_A_CHARACTER = {"ja": (0.09, 0.8), "zh": (0.15, 0.6), "hi": (0.035, 0.18)}


def lines_of(language: str) -> tuple[Line, ...]:
    name = NAMES.get(language, "Ada")
    head = f"---\nlanguage: {language}\nspeakers:\n  {name}: {{}}\n  Theo: {{}}\n---\n"
    board = parse_script(head + SCRIPTS[language][0], kind="markdown", source_name="a.md")
    assert board.language == language
    assert {line.speaker for line in board.scenes[0].lines} == {name}
    return board.scenes[0].lines


def spoken(lines: tuple[Line, ...], language: str, store: FolderStore) -> list[PreparedLine]:
    async def all_of_them() -> list[PreparedLine]:
        voice = open_voice(None, language)
        preset = preset_named("podcast")
        return [
            await prepare_spoken_line(line, voice=voice, language=language, preset=preset, store=store)
            for line in lines
        ]

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_script_is_read_split_and_spoken(language: str, store: FolderStore) -> None:
    told = SCRIPTS[language][1]
    lines = lines_of(language)
    assert [list(split_sentences(line.text or "", language)) for line in lines] == told
    prepared = spoken(lines, language, store)
    assert [[sentence.text for sentence in line.sentences] for line in prepared] == told
    least, most = SECONDS_A_CHARACTER.get(language, (0.03, 0.15))
    for line in prepared:
        for sentence in line.sentences:
            seconds = sentence.end_seconds - sentence.start_seconds
            assert least < seconds / len(sentence.text) < most, (sentence.text, seconds)


def test_one_script_in_all_of_them() -> None:
    names = list(SCRIPTS)
    blocks = [f"[{language}] {sentences[0][0]}" for language, (_, sentences) in SCRIPTS.items()]
    text = f"---\nid: tower\nlanguages: [{', '.join(names)}]\n---\n## The tower\n\n" + "\n\n".join(blocks)
    for language in names:
        board = parse_script(text, kind="markdown", source_name="a.md", language=language)
        assert (board.id, board.language) == (f"tower-{language}", language)
        assert [line.text for line in board.scenes[0].lines] == [SCRIPTS[language][1][0][0]]
