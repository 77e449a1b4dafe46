"""Orders are the same for ever, and what they are fulfilled with is never lost; options and the limits they mean."""

from __future__ import annotations

import pytest

from longtake.assets import Asset, FolderStore
from longtake.checks import Verdict
from longtake.errors import SettingError
from longtake.frozen import Frozen
from longtake.models import all_offers
from longtake.options import RenderOptions, choose_options, named_accounts
from longtake.orders import ClipRecord, FittedLook, Order, find_clip, order_for, save_clip
from longtake.plan import limit_frames_of

ORDER = Order(
    chunk_sha256="1" * 64,
    image_sha256="2" * 64,
    mask_sha256="3" * 64,
    prompt="He smiles, schön.",
    model="omnihuman-1.5",
    resolution="720p",
)
WORDS = {
    "model": "omnihuman-1.5",
    "resolution": "720p",
    "shape": "own",
    "fit": "contain",
    "loudness": "podcast",
    "reencode": False,
}


def asset(store: FolderStore, data: bytes, suffix: str = ".mp4") -> Asset:
    return store.put(data, suffix=suffix)


def record(store: FolderStore, data: bytes, **more: object) -> ClipRecord:
    facts: dict[str, object] = {
        "order": ORDER,
        "asset": asset(store, data),
        "chunk": asset(store, b"chunk", ".wav"),
        "image": asset(store, b"image", ".png"),
        "provider": "preview",
        "verdict": Verdict(passed=True),
    }
    return ClipRecord.model_validate(facts | more)


def test_the_key_of_an_order_is_what_it_always_was() -> None:
    """Clips that were paid for are found by it. If this fails, the change is wrong, not the number."""
    assert ORDER.key == "679c3da0e15b68d9693dd71e2c22ba0476603ad450cbd9429d1493cab4ec663d"
    assert ORDER.record_name == f"clips/{ORDER.key}.json"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chunk_sha256", "4" * 64),
        ("image_sha256", "4" * 64),
        ("mask_sha256", None),
        ("prompt", None),
        ("model", "preview-1"),
        ("resolution", "1080p"),
        ("turbo", True),
        ("take", 2),
    ],
)
def test_every_field_counts(field: str, value: object) -> None:
    assert field in Order.model_fields
    assert ORDER.model_copy(update={field: value}).key != ORDER.key


def test_no_field_is_forgotten_above() -> None:
    assert set(Order.model_fields) == {
        "chunk_sha256", "image_sha256", "mask_sha256", "prompt", "model", "resolution", "turbo", "take",
    }  # fmt: skip


def test_a_previews_order_is_no_models_order(store: FolderStore) -> None:
    look, chunk = FittedLook(image=asset(store, b"i", ".png")), asset(store, b"c", ".wav")
    preview = order_for(look, chunk, RenderOptions())
    real = order_for(look, chunk, RenderOptions(providers=("fal",)))
    assert preview.model.startswith("preview")
    assert real.model == "omnihuman-1.5"
    assert preview.key != real.key


def test_a_preview_takes_the_place_of_a_preview(store: FolderStore) -> None:
    save_clip(store, record(store, b"old", label="001"))
    new = save_clip(store, record(store, b"new", label="002"))
    assert find_clip(store, ORDER) == new
    assert new.label == "002"


@pytest.mark.parametrize("price", [0, 1_600_000])
def test_a_providers_clip_is_never_replaced(store: FolderStore, price: int) -> None:
    paid = save_clip(store, record(store, b"paid", provider="fal", price_micro_usd=price))
    assert save_clip(store, record(store, b"again", provider="fal", price_micro_usd=price)) == paid
    assert save_clip(store, record(store, b"other", provider="pixazo", price_micro_usd=1)) == paid
    assert find_clip(store, ORDER) == paid


def test_not_even_by_a_preview(store: FolderStore) -> None:
    paid = save_clip(store, record(store, b"paid", provider="fal", price_micro_usd=1_600_000))
    assert save_clip(store, record(store, b"preview")) == paid
    assert find_clip(store, ORDER) == paid
    store.delete(paid.asset)
    assert save_clip(store, record(store, b"preview")) == paid


def test_a_providers_clip_that_was_lost_is_replaced_by_the_next(store: FolderStore) -> None:
    paid = save_clip(store, record(store, b"paid", provider="fal", price_micro_usd=1_600_000))
    store.delete(paid.asset)
    again = save_clip(store, record(store, b"again", provider="fal", price_micro_usd=1_600_000))
    assert find_clip(store, ORDER) == again
    assert again != paid


def test_a_clip_that_is_gone_or_damaged_is_not_found(store: FolderStore) -> None:
    made = save_clip(store, record(store, b"clip"))
    path = store.path_of(made.asset)
    path.chmod(0o644)
    path.write_bytes(b"CLIP")
    assert find_clip(FolderStore(store.root), ORDER) is None
    assert find_clip(store, ORDER, verify=False) is None
    assert find_clip(store, ORDER.model_copy(update={"take": 2})) is None


def test_the_smallest_limit_of_all_that_may_render_counts() -> None:
    def limit(*providers: str, **more: object) -> float:
        return RenderOptions.model_validate({"providers": providers, **more}).limit_seconds

    assert limit("preview") == limit("fal") == limit("fal", "pixazo") == 60
    assert limit("fal", resolution="1080p") == limit("fal", "aimlapi", resolution="1080p") == 30
    assert limit("fal", model="omnihuman-1", resolution="1080p") == 30
    assert limit_frames_of(30) == 743  # 29.75 s: a limit of 30 s is strict
    for offer in all_offers():
        for resolution, seconds in offer.limit_seconds.items():
            assert limit(offer.provider, model=offer.model, resolution=resolution) == seconds


@pytest.mark.parametrize(
    ("provider", "words", "where"),
    [
        ("nobody", {}, "provider"),
        ("", {}, "provider"),
        ("fal,nobody", {}, "provider"),
        ("pixazo", {"model": "omnihuman-1"}, "provider"),
        ("aimlapi", {}, "resolution"),
        ("fal,aimlapi", {}, "resolution"),
        ("fal", {"resolution": "480p"}, "resolution"),
        ("preview,fal", {}, "provider"),
        ("fal,fal", {}, "provider"),
        ("fal", {"resolution": "4k"}, "resolution"),
        ("fal", {"model": "omnihuman-9"}, "model"),
        ("preview", {"shape": "4:3"}, "shape"),
        ("preview", {"fit": "stretch"}, "fit"),
        ("preview", {"loudness": "loud"}, "loudness"),
    ],
)
def test_what_does_not_fit_together_is_told_by_its_option(provider: str, words: dict[str, str], where: str) -> None:
    with pytest.raises(SettingError) as told:
        choose_options(provider, **(WORDS | words))
    assert (told.value.where or "").removeprefix("--") == where


def test_several_providers_are_named_with_commas_between() -> None:
    assert choose_options(" fal, pixazo", **WORDS).providers == ("fal", "pixazo")


def test_a_block_can_be_named_behind_a_provider() -> None:
    assert named_accounts("fal:team, pixazo") == {"fal": "team", "pixazo": None}
    assert choose_options("fal:team,pixazo", **WORDS).providers == ("fal", "pixazo")


@pytest.mark.parametrize(
    ("provider", "model", "resolution"),
    [
        ("preview", "omnihuman-1.5", "720p"),
        ("preview", "omnihuman-1", "1080p"),
        ("fal", "omnihuman-1.5", "720p"),
        ("aimlapi", "omnihuman-1.5", "1080p"),
        ("fal,aimlapi", "omnihuman-1.5", "1080p"),
        ("fal,pixazo", "omnihuman-1.5", "720p"),
        ("fal", "veed-fabric-1", "720p"),
        ("fal", "omnihuman-2", "1080p"),
    ],
)
def test_without_a_choice_the_resolution_is_one_that_all_providers_have(
    provider: str, model: str, resolution: str
) -> None:
    assert choose_options(provider, **(WORDS | {"model": model, "resolution": "auto"})).resolution == resolution


def test_records_are_frozen() -> None:
    assert issubclass(ClipRecord, Frozen)
    assert issubclass(Order, Frozen)
