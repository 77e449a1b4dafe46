"""How a video is to be rendered: what a person chooses beside the script."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationError, model_validator

from longtake.errors import SettingError
from longtake.frozen import Frozen
from longtake.loudness.presets import preset_named
from longtake.models import DEFAULT_MODEL, Offer, Resolution, offers_of

PREVIEW = "preview"
"""The provider that costs nothing: it draws on the portrait instead of animating it. For previews and tests only."""

PREVIEW_NUMBER = 1
"""Raised by hand when previews are to look otherwise, so that old ones do not stand among new ones."""

AUTO = "auto"
DEFAULT_RESOLUTION: Resolution = "720p"

Shape = Literal["own", "16:9", "9:16", "1:1"]
Fit = Literal["contain", "cover", "exact"]
Captions = Literal["track", "files", "burn"]


class RenderOptions(Frozen):
    """The choices that shape a video. Equal storyboard and options give an equal video."""

    providers: tuple[str, ...] = Field((PREVIEW,), min_length=1, description="In the order in which they are asked.")
    model: str = DEFAULT_MODEL
    resolution: Resolution = DEFAULT_RESOLUTION
    turbo: bool = Field(False, description="Faster, at some loss of quality, where the model offers it.")
    shape: Shape = Field("own", description="Shape of the picture; own: that of the first portrait.")
    fit: Fit = Field("contain", description="How a portrait of another shape is fitted.")
    loudness: str = Field("podcast", description="Loudness preset: podcast, youtube, broadcast.")
    captions: Captions = Field(
        "track",
        description="track: in the video, to be switched on, and in files beside it; files: in those alone; burn: "
        "drawn into the picture for good, which encodes the whole video anew, and in files beside it.",
    )
    reencode: bool = Field(False, description="Encode the whole video anew instead of copying the clips.")

    @model_validator(mode="after")
    def _model_is_offered(self) -> RenderOptions:
        self.offers()
        return self

    @property
    def is_preview(self) -> bool:
        """Whether clips are drawn here instead of rendered by a provider."""
        return self.providers == (PREVIEW,)

    def offers(self) -> tuple[Offer, ...]:
        """The offers that count for the limits: those of the chosen providers, in their order; of all for a preview.

        Raises SettingError when one of the chosen providers does not offer the model, or not at the resolution.
        """
        if self.is_preview:
            fitting = tuple(offer for offer in offers_of(self.model) if self.resolution in offer.limit_seconds)
            if not fitting:
                raise _no_resolution("nobody", self.model, self.resolution, _resolutions(offers_of(self.model)))
            return fitting
        chosen = chosen_offers(self.providers, self.model)
        for offer in chosen:
            if self.resolution not in offer.limit_seconds:
                raise _no_resolution(offer.provider, self.model, self.resolution, tuple(offer.limit_seconds))
        return chosen

    @property
    def limit_seconds(self) -> float:
        """How long a clip may be: the smallest limit of all providers that may render it."""
        return min(offer.limit_seconds[self.resolution] for offer in self.offers())

    @property
    def minimum_seconds(self) -> float:
        """How long a clip must be at least: the largest minimum of all providers that may render it."""
        return max(offer.minimum_seconds for offer in self.offers())

    @property
    def order_model(self) -> str:
        """What an order names as its model: previews are never taken for a model's own clips."""
        return f"{PREVIEW}-{PREVIEW_NUMBER}" if self.is_preview else self.model


def chosen_offers(providers: tuple[str, ...], model: str) -> tuple[Offer, ...]:
    """What each of the providers offers of the model. Raises SettingError for one that does not offer it."""
    by_name = {offer.provider: offer for offer in offers_of(model)}
    for name in providers:
        if name == PREVIEW:
            raise SettingError("preview stands alone: a paid video has no previews in it.", where="provider")
        if name not in by_name:
            known = ", ".join((PREVIEW, *by_name))
            raise SettingError(f"{name!r} offers no {model}.", where="provider", hint=f"Choose from: {known}.")
    if len(set(providers)) < len(providers):
        raise SettingError("a provider is named twice.", where="provider")
    return tuple(by_name[name] for name in providers)


def _resolutions(offers: tuple[Offer, ...]) -> tuple[Resolution, ...]:
    return tuple(dict.fromkeys(resolution for offer in offers for resolution in offer.limit_seconds))


def _no_resolution(who: str, model: str, resolution: str, others: tuple[Resolution, ...]) -> SettingError:
    return SettingError(
        f"{who} renders no {model} at {resolution}.", where="resolution", hint=f"Choose {' or '.join(others)}."
    )


def common_resolution(providers: tuple[str, ...], model: str) -> Resolution:
    """The resolution that is taken when none is chosen: 720p where it can be had, else what all have in common."""
    offers = offers_of(model) if providers == (PREVIEW,) else chosen_offers(providers, model)
    if providers == (PREVIEW,):
        common = list(_resolutions(offers))
    else:
        common = [name for name in _resolutions(offers) if all(name in offer.limit_seconds for offer in offers)]
    if not common:
        raise SettingError(
            f"{', '.join(providers)} have no resolution of {model} in common.",
            where="provider",
            hint="Choose one of them.",
        )
    return DEFAULT_RESOLUTION if DEFAULT_RESOLUTION in common else common[-1]


def named_accounts(provider: str) -> dict[str, str | None]:
    """The providers that a person named, with commas between, in order; each with the block that `fal:block` names."""
    pairs = (part.strip().partition(":") for part in provider.split(","))
    return {name: block or None for name, _, block in pairs}


def choose_options(provider: str, *, resolution: str = AUTO, **words: object) -> RenderOptions:
    """The options that a person's words mean; `provider` may be several, with commas between.

    Raises SettingError that names the option.
    """
    words = words | {"loudness": preset_named(str(words["loudness"])).name}
    providers = tuple(part.strip().partition(":")[0] for part in provider.split(","))
    try:
        chosen = common_resolution(providers, str(words["model"])) if resolution == AUTO else resolution
        return RenderOptions.model_validate({"providers": providers, "resolution": chosen, **words})
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0])
        raise SettingError(f"{first['input']!r} is not possible: {first['msg']}.", where=where) from error
