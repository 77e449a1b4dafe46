"""A paid video as a user renders it: told the price, asked, paid once; an edit pays for itself alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.faults import Rule
from tests.command_line import portrait
from tests.paid.shop import LINES, Shop, shop


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("shop")) as here:
        here.write("talk")
        yield here


def test_a_plan_tells_the_prices_and_asks_nobody(paid: Shop) -> None:
    before = paid.asked
    shown = paid.type(*paid.words("talk", command="plan")).stdout
    assert "3 clips under 60 s" in shown
    fal, aimlapi, pixazo = (line for line in shown.splitlines() if line.startswith("  "))
    assert "fal: $" in fal
    assert "($0.16/s, as of 2026-11-01); clips under 60 s" in fal
    assert "aimlapi: no stated price" in aimlapi
    assert "renders no 720p" in aimlapi
    assert "pixazo: $" in pixazo
    assert paid.asked == before


REFUSED = {
    "no budget": (("--yes",), ("--budget", "needs a budget", "--budget 20, or LONGTAKE_BUDGET_USD")),
    "nobody to ask": (("--budget", "5"), ("--yes", "nothing was spent")),
    "a budget too small": (("--budget", "0.5", "--yes"), ("the budget of $0.50 does not cover it", "--budget 1.")),
    "no price": (
        ("--provider", "aimlapi", "--budget", "5", "--yes"),
        ("--price-per-second", "aimlapi states no price"),
    ),
    "a resolution that one lacks": (
        ("--provider", "fal,aimlapi", "--resolution", "720p", "--budget", "5", "--yes"),
        ("resolution", "aimlapi renders no omnihuman-1.5 at 720p. Choose 1080p."),
    ),
    "a mask that one does not take": (
        ("--provider", "pixazo", "--mask", "MASK", "--budget", "5", "--yes"),
        ("mask", "pixazo"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_told_before_anything_is_spent(paid: Shop, case: str, tmp_path: Path) -> None:
    words, told = REFUSED[case]
    mask = str(portrait(tmp_path / "mask.png", size=(1280, 720)))
    before = paid.asked
    done = paid.type(*paid.words("talk", *(mask if word == "MASK" else word for word in words)), code=2)
    last = done.stderr.splitlines()[-1]
    for text in told:
        assert text in last
    assert paid.asked == before


def test_a_missing_key_is_named(paid: Shop) -> None:
    done = paid.type(*paid.words("talk", "--budget", "5", "--yes"), code=2, FAL_KEY="")
    assert "FAL_KEY" in done.stderr.splitlines()[-1]


def test_without_a_common_720p_auto_is_1080p(paid: Shop) -> None:
    words = paid.words("talk", "--provider", "fal,aimlapi", "--price-per-second", "0.2", "--json", command="plan")
    plan = json.loads(paid.type(*words).stdout)
    assert plan["limit_seconds"] == 30
    assert [one["provider"] for one in plan["estimates"][:2]] == ["fal", "aimlapi"]


def test_no_on_a_terminal_spends_nothing(paid: Shop) -> None:
    before = paid.asked
    code, shown = paid.type_on_terminal(*paid.words("talk", "--budget", "5"), answer="n")
    assert code == 1
    assert "To be rendered: 3 of 3 clips" in shown
    assert "Spend up to $" in shown
    assert "nothing was spent: the answer was no" in shown
    assert paid.asked == before


def test_yes_pays_once_and_an_edit_pays_for_itself_alone(paid: Shop, tmp_path: Path) -> None:
    script = paid.write("story")
    mask = str(portrait(tmp_path / "mask.png", size=(1280, 720)))
    acting = ("--prompt", "calm and friendly", "--mask", mask, "--turbo")
    before = paid.paid
    code, shown = paid.type_on_terminal(*paid.words("story", "--budget", "5", *acting), answer="y")
    assert code == 0, shown
    assert paid.paid == before + 3
    for body in paid.bodies()[-3:]:
        assert (body["prompt"], body["turbo_mode"], body["resolution"]) == ("calm and friendly", True, "720p")
        assert body["mask_url"] != body["image_url"]
    manifest = json.loads((script.parent / "story.manifest.json").read_text())
    assert [clip["provider"] for clip in manifest["clips"]] == ["fal"] * 3
    prices = [clip["price_micro_usd"] for clip in manifest["clips"]]
    assert prices == [job.charged_micro_usd for job in sorted(paid.jobs("story"), key=lambda job: job.clip)]
    assert f"${sum(prices) / 1e6:,.2f}" in shown

    asked = paid.asked
    again = paid.render("story", *acting)
    assert (again["from_manifest"], again["paid_usd"]) == (True, {"fal": sum(prices) / 1e6})
    assert paid.asked == asked

    paid.write("story", (LINES[0], "I answer at once, and say something else.", LINES[2]))
    edited = paid.render("story", *acting)
    assert (edited["clips"], edited["new_clips"], paid.paid) == (3, 1, before + 4)
    assert [job.clip for job in paid.jobs("story")][3:] == ["002"]


def test_an_account_without_credit_is_asked_once_and_the_next_one_renders(paid: Shop) -> None:
    paid.write("other")
    before = paid.paid
    with paid.faults(Rule(provider="fal", where="submit", fault="status-code", status=402)):
        result = paid.render("other", "--provider", "fal,aimlapi", "--price-per-second", "0.2")
    assert list(result["paid_usd"]) == ["aimlapi"]
    assert paid.paid == before + 3
    refused = [seen for seen in paid.emulator.requests() if seen.fault == "status-code"]
    assert len(refused) == 1
