"""What models and providers can do is data: read whole, merged with the user's own, refused when it makes no sense."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.costs import reservation_micro_usd, spending_of, usd_per_second
from longtake.errors import SettingError
from longtake.fields import check_fields
from longtake.models import Offer, all_offers, offers_of
from longtake.money import MICRO, micro_usd, price_micro_usd, usd_text
from longtake.options import RenderOptions
from longtake.settings import load_settings
from longtake.storyboard import NARRATOR, Line, Scene, Speaker, Storyboard


def offer(provider: str, model: str) -> Offer:
    (found,) = (one for one in offers_of(model) if one.provider == provider)
    return found


def test_every_offer_has_an_endpoint_limits_and_dated_prices_with_a_source() -> None:
    offers = all_offers()
    assert len(offers) == len({(one.provider, one.model) for one in offers}) >= 11
    for one in offers:
        assert one.endpoint
        assert all(1 < seconds <= 300 for seconds in one.limit_seconds.values())
        assert all(price.source and price.as_of.year >= 2026 for price in one.prices)


def test_the_highest_price_that_anybody_states_is_reserved() -> None:
    assert usd_per_second(offer("fal", "omnihuman-1.5"), "720p") == 0.16
    assert usd_per_second(offer("fal", "omnihuman-1.5"), "720p", stated=0.5) == 0.16
    assert usd_per_second(offer("aimlapi", "omnihuman-1.5"), "1080p") is None
    assert usd_per_second(offer("aimlapi", "omnihuman-1.5"), "1080p", stated=0.2) == 0.2
    assert usd_per_second(offer("fal", "veed-fabric-1"), "480p") == 0.08
    assert usd_per_second(offer("fal", "veed-fabric-1"), "720p") == 0.15


def test_a_begun_second_is_reserved_whole() -> None:
    assert reservation_micro_usd(25, 0.16) == 160_000
    assert reservation_micro_usd(26, 0.16) == 320_000
    assert price_micro_usd(10.2, 0.0562) == 11 * 56_200


@given(st.decimals(min_value=0, max_value=10**6, places=6))
def test_money_is_whole_micro_dollars_and_nothing_is_lost(usd: object) -> None:
    assert micro_usd(str(usd)) / MICRO == pytest.approx(float(str(usd)), abs=1e-9)


@given(st.integers(0, 10**12))
def test_money_is_told_to_the_cent_or_finer(micro: int) -> None:
    text = usd_text(micro).removeprefix("$").replace(",", "")
    assert abs(float(text) - micro / MICRO) <= (0.005 if micro >= MICRO // 100 else 0.00005) + 1e-9


def test_an_offer_of_the_users_own_takes_the_place_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "offers.yaml"
    own.write_text(
        "- {provider: fal, model: omnihuman-1.5, endpoint: mine/model, limit_seconds: {720p: 20}}\n"
        "- {provider: fal, model: brand-new, endpoint: mine/new, limit_seconds: {720p: 12}}\n"
    )
    monkeypatch.setenv("LONGTAKE_OFFERS", str(own))
    assert offer("fal", "omnihuman-1.5").endpoint == "mine/model"
    assert offer("fal", "brand-new").limit_seconds == {"720p": 12}
    assert offer("pixazo", "omnihuman-1.5").endpoint == "bytedance-omnihuman-v1-5"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {provider: fal}", "entry 0.model"),
        ("- {provider: f, model: m, endpoint: e, limit_seconds: {}}", "entry 0.limit_seconds"),
        ("- {provider: f, model: m, endpoint: e, limit_seconds: {720p: 9, 1080p: 9}}", "one resolution only"),
        ("- {provider: f, model: m, endpoint: e, limit_seconds: {720p: 9}, needs: [prompt]}", "must be taken"),
        ("- [", "no list of offers"),
    ],
)
def test_offers_that_make_no_sense_are_told_by_entry_and_field(
    text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "offers.yaml"
    own.write_text(text)
    monkeypatch.setenv("LONGTAKE_OFFERS", str(own))
    with pytest.raises(SettingError) as error:
        all_offers()
    assert told in str(error.value)
    assert str(own) in str(error.value)


def storyboard(**speaker: str) -> Storyboard:
    return Storyboard(
        speakers={NARRATOR: Speaker(image="a.png", **speaker)}, scenes=(Scene(lines=(Line(text="Hello."),)),)
    )


def options(provider: str, model: str = "omnihuman-1.5", **more: object) -> RenderOptions:
    return RenderOptions.model_validate({"providers": provider.split(","), "model": model, **more})


@pytest.mark.parametrize(
    ("speaker", "chosen", "told"),
    [
        ({"mask": "m.png"}, options("pixazo"), "pixazo takes no mask"),
        ({"prompt": "smile"}, options("fal,pixazo"), "pixazo takes no prompt"),
        ({"prompt": "smile"}, options("aimlapi", resolution="1080p"), "aimlapi takes no prompt"),
        ({"mask": "m.png"}, options("fal", "omnihuman-2", resolution="1080p"), "fal takes no mask"),
        ({}, options("pixazo", turbo=True), "pixazo takes no turbo"),
        ({}, options("fal", "infinitalk"), "needs a prompt"),
    ],
)
def test_a_field_that_a_provider_cannot_take_is_refused(
    speaker: dict[str, str], chosen: RenderOptions, told: str
) -> None:
    with pytest.raises(SettingError, match=told):
        check_fields(storyboard(**speaker), chosen)


def test_what_the_providers_take_is_let_through() -> None:
    check_fields(storyboard(prompt="smile", mask="m.png"), options("fal", turbo=True))
    check_fields(storyboard(prompt="smile", mask="m.png"), options("preview", turbo=True))
    check_fields(storyboard(), options("fal,aimlapi", resolution="1080p"))
    check_fields(storyboard(prompt="smile"), options("fal", "infinitalk"))


@pytest.mark.parametrize("odd", [-1.0, math.nan, math.inf])
def test_odd_amounts_of_money_are_refused(odd: float) -> None:
    for words in ((odd, 0, None), (10, odd, None), (10, 0, odd)):
        with pytest.raises(SettingError):
            spending_of(load_settings(), *words)


def test_the_budget_of_the_settings_stands_where_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGTAKE_BUDGET_USD", "12.5")
    monkeypatch.setenv("LONGTAKE_DAILY_CAP_USD", "40")
    assert spending_of(load_settings(), None, 0, None).budget_micro_usd == 12_500_000
    assert spending_of(load_settings(), 3, 0, None).budget_micro_usd == 3_000_000
    assert spending_of(load_settings(), 3, 0, None).day_micro_usd == 40_000_000
