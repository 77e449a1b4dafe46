"""How a video is to be rendered: what a person chooses beside the script."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, ValidationError, model_validator

from longtake.errors import SettingError
from longtake.frozen import Frozen
from longtake.loudness.presets import preset_named
from longtake.models import DEFAULT_MODEL, Offer, Resolution, offers_of

PREVIEW = "preview"
"""The provider that costs nothing: it draws on the portrait instead of animating it. For previews and tests only."""

PREVIEW_NUMBER = 1
"""Raised by hand when previews are to look otherwise, so that old ones do not stand among new ones."""

Shape = Literal["own", "16:9", "9:16", "1:1"]
Fit = Literal["contain", "cover", "exact"]


class RenderOptions(Frozen):
    """The choices that shape a video. Equal storyboard and options give an equal video."""

    providers: tuple[str, ...] = Field((PREVIEW,), min_length=1, description="In the order in which they are asked.")
    model: str = DEFAULT_MODEL
    resolution: Resolution = "720p"
    shape: Shape = Field("own", description="Shape of the picture; own: that of the first portrait.")
    fit: Fit = Field("contain", description="How a portrait of another shape is fitted.")
    loudness: str = Field("podcast", description="Loudness preset: podcast, youtube, broadcast.")
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
        """The offers that count for the limits: those of the chosen providers; of all for a preview of the model."""
        offers = offers_of(self.model)
        chosen = offers if self.is_preview else tuple(o for o in offers if o.provider in self.providers)
        known = [PREVIEW, *dict.fromkeys(o.provider for o in offers)]
        for provider in self.providers:
            if provider not in known:
                raise SettingError(
                    f"{provider!r} offers no {self.model}.", where="provider", hint=f"Choose from: {', '.join(known)}."
                )
        fitting = tuple(offer for offer in chosen if self.resolution in offer.limit_seconds)
        if not fitting:
            others = ", ".join(name for name in get_args(Resolution) if name != self.resolution)
            raise SettingError(
                f"no chosen provider renders {self.model} at {self.resolution}.",
                where="resolution",
                hint=f"Try {others}.",
            )
        return fitting

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


def choose_options(provider: str, **words: object) -> RenderOptions:
    """The options that a person's words mean; `provider` may be several, with commas between.

    Raises SettingError that names the option.
    """
    preset_named(str(words["loudness"]))
    try:
        return RenderOptions.model_validate({"providers": [name.strip() for name in provider.split(",")], **words})
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0])
        raise SettingError(f"{first['input']!r} is not possible: {first['msg']}.", where=where) from error
