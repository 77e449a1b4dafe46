"""All offers that are known: ours, and those of the user's own file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from longtake.errors import SettingError
from longtake.models.offers import Offer

DEFAULT_MODEL = "omnihuman-1.5"
OURS = Path(__file__).with_name("offers.yaml")
_OFFERS = TypeAdapter(tuple[Offer, ...])


def all_offers() -> tuple[Offer, ...]:
    """Every offer, the default model's first. Raises SettingError when the user's file cannot be understood."""
    from longtake.settings import load_settings

    own = load_settings().offers
    return _merged(own.expanduser().absolute()) if own else read_offers(OURS)


def offers_of(model: str) -> tuple[Offer, ...]:
    """Every provider's offer of a model. Raises SettingError for a model that nobody offers."""
    known = all_offers()
    offers = tuple(offer for offer in known if offer.model == model)
    if not offers:
        models = ", ".join(dict.fromkeys(offer.model for offer in known))
        raise SettingError(f"{model!r} is no known model.", where="model", hint=f"Known: {models}.")
    return offers


@cache
def read_offers(path: Path) -> tuple[Offer, ...]:
    """The offers of a YAML file. Raises SettingError that names the file, the entry and the field."""
    try:
        return _OFFERS.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")) or ())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingError(f"entry {place}: {first['msg']}.", where=str(path), hint="Entries count from 0.") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingError(
            f"no list of offers: {error}.", where=str(path), hint="LONGTAKE_OFFERS names a YAML file."
        ) from error


@cache
def _merged(own: Path) -> tuple[Offer, ...]:
    merged = {(offer.provider, offer.model): offer for offer in (*read_offers(OURS), *read_offers(own))}
    return tuple(merged.values())
