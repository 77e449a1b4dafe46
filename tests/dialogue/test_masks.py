"""Two people in one picture, with a mask each: every turn is a clip in which only the one who speaks moves."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from PIL import Image, ImageDraw

from emulators.faults import PROVIDERS
from longtake.ledger import Job
from tests.paid.shop import Shop, shop

SIZE = (1280, 720)
TURNS = (
    ("Ada", "Where did you leave the keys to the house?"),
    ("Ben", "They are on the table in the kitchen."),
    ("Ada", "I have looked there, and I cannot see them."),
    ("Narrator", "So they went on for a while."),
)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("shop")) as here:
        yield here


def write_duet(folder: Path, video: str, *, second: str = TURNS[1][1], heading: str = "") -> None:
    """A script of two speakers in `both.png`, Ada on its left and Ben on its right, and a narrator elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    both = Image.new("RGB", SIZE, "#31465f")
    for name, left in (("ada", 160), ("ben", 800)):
        face = (left, 120, left + 320, 600)
        ImageDraw.Draw(both).ellipse(face, fill="#d9b48f")
        mask = Image.new("L", SIZE, 0)
        ImageDraw.Draw(mask).ellipse(face, fill=255)
        mask.save(folder / f"{name}-mask.png")
    both.save(folder / "both.png")
    Image.new("RGB", SIZE, "#8d5f43").save(folder / "narrator.png")
    shown = "" if heading else "image: both.png, "
    head = (
        f"---\nid: {video}\nimage: narrator.png\nspeakers:\n"
        f"  Ada: {{{shown}mask: ada-mask.png, voice: en-gb+f3}}\n"
        f"  Ben: {{{shown}mask: ben-mask.png, voice: en-us+m3}}\n---\n{heading}"
    )
    turns = [*TURNS[:1], ("Ben", second), *TURNS[2:]][: 3 if heading else 4]
    (folder / f"{video}.md").write_text(head + "\n\n".join(f"{name}: {text}" for name, text in turns) + "\n")


def picture(url: str) -> Image.Image:
    return Image.open(io.BytesIO(httpx.get(url).raise_for_status().content))


def captions_in(video: Path) -> str:
    """The text of the captions that the file itself holds."""
    with av.open(str(video)) as container:
        (stream,) = container.streams.subtitles
        return "\n".join(bytes(packet)[2:].decode() for packet in container.demux(stream))


def who_moves(body: dict[str, Any]) -> str | None:
    """Whose face is white in the mask that a job got."""
    if "mask_url" not in body:
        return None
    mask = picture(body["mask_url"])
    assert (mask.size, mask.getextrema()) == (SIZE, (0, 255))
    white = [name for name, at in (("Ada", (320, 360)), ("Ben", (960, 360))) if mask.getpixel(at) == 255]
    assert len(white) == 1
    return white[0]


def sent_with(shop: Shop, jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """What was sent with each job. The sound's name holds the job's id."""
    bodies = shop.bodies()
    return [next(body for body in bodies if job.id in body["audio_url"]) for job in jobs]


def test_each_turn_is_a_clip_with_its_speakers_mask(paid: Shop) -> None:
    write_duet(paid.folder / "duet", "duet")
    assert paid.render("duet", "--shape", "16:9")["clips"] == 4
    sent = sent_with(paid, sorted(paid.jobs("duet"), key=lambda job: job.clip))
    assert [who_moves(body) for body in sent] == ["Ada", "Ben", "Ada", None]
    first, second, third, narrator = (httpx.get(body["image_url"]).content for body in sent)
    assert first == second == third != narrator

    before = paid.paid
    write_duet(paid.folder / "duet", "duet", second="They are in the pocket of your coat.")
    assert paid.render("duet", "--shape", "16:9")["new_clips"] == 1
    assert paid.paid == before + 1
    assert [who_moves(body) for body in sent_with(paid, paid.jobs("duet")[4:])] == ["Ben"]

    srt, vtt = (paid.output("duet").with_suffix(suffix).read_text() for suffix in (".srt", ".vtt"))
    shown = ["ADA: Where did you leave", "BEN: They are in the pocket", "ADA: I have looked", "\u2013 So they went on"]
    track = captions_in(paid.output("duet"))
    assert all(text in srt and text in vtt and text in track for text in shown)
    assert [row[: row.index(">") + 1] for row in vtt.splitlines() if row.startswith("<v")] == [
        *("<v Ada>", "<v Ben>", "<v Ada>", "<v Narrator>")
    ]


def test_a_scenes_picture_of_both_goes_with_the_speakers_masks(paid: Shop) -> None:
    write_duet(paid.folder / "scene", "scene", heading="## In the kitchen {image=both.png}\n\n")
    plan = json.loads(paid.type(*paid.words("scene", "--shape", "16:9", "--json", command="plan")).stdout)
    masks = [shot["look"]["mask"]["sha256"] for shot in plan["shots"]]
    assert len(masks) == 3 and masks[0] == masks[2] != masks[1]
    assert len({shot["look"]["image"]["sha256"] for shot in plan["shots"]}) == 1


@pytest.mark.parametrize(
    ("model", "providers", "refuses"),
    [
        ("omnihuman-1.5", "pixazo", "pixazo takes no mask for omnihuman-1.5. Leave the mask out"),
        ("omnihuman-1.5", "fal,aimlapi", "aimlapi takes no mask for omnihuman-1.5. Leave the mask out, or choose"),
        ("omnihuman-1", "fal", "fal takes no mask for omnihuman-1. Leave the mask out"),
        ("kling-avatar-2-pro", "fal", "fal takes no mask for kling-avatar-2-pro."),
    ],
)
def test_who_takes_no_mask_is_refused_before_anything_is_spent(
    paid: Shop, model: str, providers: str, refuses: str
) -> None:
    write_duet(paid.folder / "refused", "refused")
    before = paid.asked
    words = ("--provider", providers, "--model", model, "--budget", "9", "--yes", "--price-per-second", "0.2")
    done = paid.type(*paid.words("refused", *words), code=2)
    assert refuses in done.stderr.splitlines()[-1]
    assert paid.asked == before
    assert paid.jobs("refused") == []
    assert all(paid.emulator.book(name).paid == 0 for name in PROVIDERS if name != "fal")
