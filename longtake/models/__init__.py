"""What each model can do at each provider, and what it costs."""

from longtake.models.catalogue import DEFAULT_MODEL, all_offers, offers_of
from longtake.models.offers import MARGIN_SECONDS, Offer, OptionalInput, Price, Resolution

__all__ = [
    "DEFAULT_MODEL",
    "MARGIN_SECONDS",
    "Offer",
    "OptionalInput",
    "Price",
    "Resolution",
    "all_offers",
    "offers_of",
]
