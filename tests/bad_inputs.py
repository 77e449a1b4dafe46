"""More than two hundred inputs that cannot be used, made by rule, each with the words that its error must hold."""

from __future__ import annotations

import io
import json
import random
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from tests.command_line import portrait


class BadInput(NamedTuple):
    """A case: a name, what it writes into an empty folder and answers as the command's words, what is to be told."""

    name: str
    words: Callable[[Path], list[str]]
    told: str


def _script(data: bytes | str, name: str = "bad.md") -> Callable[[Path], list[str]]:
    def words(folder: Path) -> list[str]:
        portrait(folder / "p.png", size=(320, 320))
        path = folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return [str(path), "--image", str(folder / "p.png")]

    return words


def _markdown() -> Iterator[BadInput]:
    bodies: dict[str, bytes | str] = {
        "empty": "",
        "blank": " \n\t\n",
        "only a heading": "# Title\n",
        "only scenes": "## One\n\n## Two\n",
        "only notes": "> unspoken\n\n> also unspoken\n",
        "only a comment": "<!-- nothing -->\n",
        "only front matter": "---\ntitle: x\n---\n",
        "only emoji": "\U0001f600 \U0001f600\n",
        "only dots": "...\n\n---\n\n!!!\n",
        "latin-1": "Señor, qué tal\n".encode("latin-1"),
        "binary": bytes(range(256)),
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "utf-16 cut short": "hello".encode("utf-16")[:-1],
        "open front matter": "---\ntitle: x\n\nHello.\n",
        "front matter is a list": "---\n- a\n- b\n---\nHello.\n",
        "front matter is text": "---\njust text\n---\nHello.\n",
        "broken yaml": "---\ntitle: [x\n---\nHello.\n",
        "tabs in yaml": "---\nspeakers:\n\tAda: {}\n---\nHello.\n",
        "yaml twice the key": "---\ntitle: a\ntitle: b\n---\nHello.\n",
        "yaml object": "---\ntitle: !!python/object/apply:os.system ['true']\n---\nHello.\n",
        "pause negative": "Hello. [pause -1] There.\n",
        "pause word": "Hello. [pause long] There.\n",
        "pause empty": "Hello. [pause] There.\n",
        "pause endless": "Hello. [pause 99999] There.\n",
        "pause nan": "Hello. [pause nan] There.\n",
        "pause exponent": "Hello. [pause 1e9] There.\n",
        "scene with unknown key": "## One {colour=red}\n\nHello.\n",
        "scene with lost picture": "## One {image=gone.png}\n\nHello.\n",
        "scene with open braces": '## One {image="gone.png\n\nHello.\n',
    }
    for key, wrong in {
        "titel": "x",
        "speakers": 5,
        "language": "klingonish tongue",
        "id": [1],
        "image": 7,
        "voice": {"a": 1},
        "prompt": ["x"],
        "mask": 3.5,
    }.items():
        bodies[f"front matter {key}"] = f"---\n{key}: {json.dumps(wrong)}\n---\nHello.\n"
    for key, wrong in {
        "image": "gone.png",
        "imgae": "p.png",
        "voice": 12,
        "mask": "gone.png",
        "prompt": {"a": 1},
        "age": 40,
    }.items():
        bodies[f"speaker {key}"] = f"---\nspeakers:\n  Ada: {{{key}: {json.dumps(wrong)}}}\n---\nAda: Hello.\n"
    for wrong in ("null", "text", "[]", "3"):
        bodies[f"speaker is {wrong}"] = f"---\nspeakers: {{Ada: {wrong}, Ben}}\n---\nAda: Hello.\n" * (wrong != "null")
    bodies["voice unknown"] = "---\nvoice: espeak:martian\n---\nHello.\n"
    bodies["voice of no backend"] = "---\nvoice: nobody:knows\n---\nHello.\n"
    bodies["variant unknown"] = "---\nvoice: en-us+zzz\n---\nHello.\n"
    bodies["language unknown"] = "---\nlanguage: xx-QQ\n---\nHello.\n"
    bodies["six megabytes"] = "Hello there. " * 500_000
    for name, body in bodies.items():
        told = "Narrator" if name.startswith(("voice", "variant", "language")) else "bad.md"
        yield BadInput(f"markdown: {name}", _script(body), "voice of Ada" if name == "speaker voice" else told)


def _data() -> Iterator[BadInput]:
    line = {"speaker": "Narrator", "text": "Hello."}
    good = {"scenes": [{"lines": [line]}]}
    wrongs: dict[str, object] = {
        "a list": [],
        "a number": 5,
        "a text": "hello",
        "null": None,
        "no scenes": {"title": "x"},
        "scenes empty": {"scenes": []},
        "scenes a text": {"scenes": "x"},
        "scenes null": {"scenes": None},
        "scene a number": {"scenes": [3]},
        "lines missing": {"scenes": [{}]},
        "lines empty": {"scenes": [{"lines": []}]},
        "lines a text": {"scenes": [{"lines": "Hello."}]},
        "line a number": {"scenes": [{"lines": [4]}]},
        "line without text": {"scenes": [{"lines": [{"speaker": "Narrator"}]}]},
        "line with both": {"scenes": [{"lines": [line | {"audio": "a.wav"}]}]},
        "line text null": {"scenes": [{"lines": [line | {"text": None}]}]},
        "line text a list": {"scenes": [{"lines": [line | {"text": ["a"]}]}]},
        "line text empty": {"scenes": [{"lines": [line | {"text": ""}]}]},
        "line unknown field": {"scenes": [{"lines": [line | {"pitch": 3}]}]},
        "line lost audio": {"scenes": [{"lines": [{"speaker": "Narrator", "audio": "gone.wav"}]}]},
        "undeclared speaker": {"scenes": [{"lines": [line | {"speaker": "Zoe"}]}]},
        "speakers a list": good | {"speakers": ["Ada"]},
        "speaker a text": good | {"speakers": {"Ada": "x"}},
        "speaker nameless": good | {"speakers": {"": {}}},
        "language a number": good | {"language": 5},
        "language blank": good | {"language": ""},
        "title a list": good | {"title": []},
        "id blank": good | {"id": "  "},
        "unknown field": good | {"colour": "red"},
        "prompt too long": good | {"speakers": {"Ada": {"prompt": "x" * 5000}}},
        "deep": {"scenes": [{"lines": [line | {"text": [[[[[[]]]]]]}]}]},
    }
    for name, value in wrongs.items():
        text = json.dumps(value)
        yield BadInput(f"json: {name}", _script(text, "bad.json"), "bad.json")
        yield BadInput(f"yaml: {name}", _script(text, "bad.yaml"), "bad.yaml")
    whole = json.dumps(good)
    for cut in range(0, len(whole) - 1, 6):
        yield BadInput(f"json: cut at {cut}", _script(whole[:cut], "bad.json"), "bad.json")
    yield BadInput("json: nested 100,000 deep", _script("[" * 100_000, "bad.json"), "bad.json")
    layers = "".join(f"b{n}: &b{n} [*b{n - 1}, *b{n - 1}]\n" for n in range(1, 30))
    bomb = f"b0: &b0 [x, x]\n{layers}"
    yield BadInput("yaml: a bomb", _script(bomb, "bad.yaml"), "bad.yaml")


def _picture_words(data: bytes | None, name: str) -> Callable[[Path], list[str]]:
    def words(folder: Path) -> list[str]:
        (folder / "good.txt").write_text("Hello there.")
        if data is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(data)
        return [str(folder / "good.txt"), "--image", str(folder / name)]

    return words


def _encoded(size: tuple[int, int], kind: str) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, kind)
    return file.getvalue()


def _pictures() -> Iterator[BadInput]:
    for kind, suffix in (("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp"), ("GIF", "gif")):
        data = _encoded((320, 320), kind)
        for share in (0.0, 0.0005, 0.01, 0.3, 0.7):
            name = f"bad.{suffix}"
            yield BadInput(
                f"picture: {kind} cut at {share}", _picture_words(data[: int(len(data) * share)], name), name
            )
    chance = random.Random(3)
    for number in range(12):
        yield BadInput(f"picture: noise {number}", _picture_words(chance.randbytes(200 * number), "bad.png"), "bad.png")
    for name, data in {
        "text": b"I am no picture",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "pdf": b"%PDF-1.4\n%%EOF",
        "html": b"<!doctype html><title>404</title>",
        "one pixel": _encoded((1, 1), "PNG"),
        "a sliver": _encoded((2000, 3), "PNG"),
        "a bomb": _bomb(),
    }.items():
        yield BadInput(f"picture: {name}", _picture_words(data, "bad.png"), "bad.png")
    yield BadInput("picture: a folder", _picture_words(None, "bad.png"), "bad.png")


def _bomb() -> bytes:
    """A PNG of a few hundred kilobytes that unpacks to 900 megapixels."""
    file = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(file, "PNG")
    return file.getvalue()


def _sound_words(data: bytes | None, name: str) -> Callable[[Path], list[str]]:
    def words(folder: Path) -> list[str]:
        portrait(folder / "p.png", size=(320, 320))
        if data is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(data)
        return ["--audio", str(folder / name), "--image", str(folder / "p.png")]

    return words


def _wav(samples: np.ndarray, rate: int = 16_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def _sounds() -> Iterator[BadInput]:
    chance = random.Random(4)
    tone = 8000 * np.sin(np.arange(16_000) / 20)
    for name, data in {
        "empty": b"",
        "text": b"I am no sound",
        "a header alone": _wav(tone)[:44],
        "half a header": _wav(tone)[:20],
        "silence": _wav(np.zeros(32_000)),
        "almost silence": _wav(np.tile([0, 1], 16_000)),
        "too short": _wav(tone[:160]),
        "a picture": _encoded((64, 64), "PNG"),
        "html": b"<!doctype html><title>404</title>",
        "id3 alone": b"ID3\x04\x00\x00\x00\x00\x00\x00",
        "ogg header": b"OggS" + bytes(60),
        "riff of nothing": b"RIFF\x24\x00\x00\x00WAVEfmt ",
        "mp4 head": b"\x00\x00\x00\x18ftypisom" + bytes(12),
        "flac head": b"fLaC" + bytes(30),
    }.items():
        yield BadInput(f"sound: {name}", _sound_words(data, "bad.wav"), "bad.wav")
    for number in range(10):
        yield BadInput(f"sound: noise {number}", _sound_words(chance.randbytes(300 * number), "bad.mp3"), "bad.mp3")
    yield BadInput("sound: a folder", _sound_words(None, "bad.wav"), "bad.wav")


def _good_words(*more: str) -> Callable[[Path], list[str]]:
    def words(folder: Path) -> list[str]:
        (folder / "good.txt").write_text("Hello there.")
        return [str(folder / "good.txt"), "--image", str(portrait(folder / "p.png", size=(320, 320))), *more]

    return words


def _options() -> Iterator[BadInput]:
    for option, wrongs in {
        "--provider": ("nobody", "", "preview,nobody", "fal,", "FAL"),
        "--model": ("omnihuman", "", "gpt", "omnihuman-1.5 "),
        "--resolution": ("480", "4k", "720", "0", "-1"),
        "--shape": ("round", "16x9", "0:0", "16:"),
        "--fit": ("tight", "", "Contain"),
        "--loudness": ("loud", "-16", "nan"),
        "--output": ("video.avi", "video", "video.mp4.txt"),
        "--image": ("gone.png", "/nowhere/p.png", "http://example.invalid/p.png"),
        "--audio": ("gone.wav",),
        "--nonsense": ("1",),
    }.items():
        for wrong in wrongs:
            yield BadInput(f"option: {option} {wrong!r}", _good_words(option, wrong), option.removeprefix("--"))


def _paths() -> Iterator[BadInput]:
    for name in ("gone.md", "a folder.md", "script.docx", "script", "\u202egnp.md", "a" * 300 + ".md"):

        def words(folder: Path, name: str = name) -> list[str]:
            portrait(folder / "p.png", size=(320, 320))
            if name == "a folder.md":
                (folder / name).mkdir()
            elif name.startswith("script"):
                (folder / name).write_text("Hello.")
            return [str(folder / name), "--image", str(folder / "p.png")]

        yield BadInput(f"path: {name[:20]}", words, name[:20])
    yield BadInput("path: nothing at all", lambda _: [], "SCRIPT")
    yield BadInput("path: half an address", _good_words("--image", "asset:123"), "asset:123")
    yield BadInput("path: no portrait", lambda folder: _good_words()(folder)[:1], "portrait")


def bad_inputs() -> list[BadInput]:
    """All cases, in a fixed order."""
    return [*_markdown(), *_data(), *_pictures(), *_sounds(), *_options(), *_paths()]
