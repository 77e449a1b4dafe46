"""What hosted voices cost and take, as data with dates and sources: rates.yaml beside this file."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path

import yaml
from pydantic import Field, TypeAdapter

from longtake.frozen import Frozen

RATES = Path(__file__).with_name("rates.yaml")

_DENSE = frozenset({"zh", "ja", "ko", "yue", "cmn", "wuu"})
"""Languages whose written characters take three times as long to say as those of an alphabet, or longer."""


class Rate(Frozen):
    """A model of a provider: the longest text of a request, and what 1,000 characters of text cost in US dollars.

    None where nobody states a price.
    """

    provider: str
    model: str
    maximum_characters: int = Field(ge=1)
    usd_per_1000_characters: float | None = Field(None, ge=0)
    dense_usd_per_1000_characters: float | None = Field(
        None, ge=0, description="For Chinese, Japanese and Korean, where sound is billed, not text."
    )
    as_of: datetime.date | None = None
    source: str = ""

    def usd_per_character(self, language: str) -> float | None:
        """The highest that a character of the language may cost; None where nobody states a price."""
        is_dense = language.replace("_", "-").partition("-")[0].lower() in _DENSE
        stated = self.dense_usd_per_1000_characters if is_dense else None
        stated = self.usd_per_1000_characters if stated is None else stated
        return None if stated is None else round(stated / 1000, 12)


def find_rate(provider: str, model: str) -> Rate | None:
    """What is known of that model, if anything is."""
    return next((rate for rate in all_rates() if (rate.provider, rate.model) == (provider, model)), None)


@cache
def all_rates() -> tuple[Rate, ...]:
    """Every model that something is known of."""
    return TypeAdapter(tuple[Rate, ...]).validate_python(yaml.safe_load(RATES.read_text(encoding="utf-8")))
