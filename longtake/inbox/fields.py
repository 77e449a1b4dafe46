"""An item's fields: how it is to be rendered, by the names of the flow's own parameters, and when it is due."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from longtake.errors import SettingError
from longtake.frozen import Frozen
from longtake.options import Fit, Shape
from longtake.script.complaints import unknown_word

FILES = ("script", "audio", "transcript", "image", "mask")
"""Fields that name a file."""

NO_PARAMETERS = frozenset({*FILES, "prompt", "language", "publish_at"})
"""What shapes the storyboard, or only says when."""


class ItemFields(Frozen):
    """What is said about an item. None: nothing was said."""

    script: str | None = None
    audio: str | None = None
    transcript: str | None = None
    image: str | None = None
    mask: str | None = None
    prompt: str | None = None
    language: str | None = Field(None, description="Of a script that names none; or the one to be rendered of several.")
    publish_at: str | None = Field(None, description="2026-11-20, or 2026-11-20 09:00, in LONGTAKE_TIMEZONE.")
    provider: str | None = None
    model: str | None = None
    resolution: Literal["auto", "480p", "720p", "1080p"] | None = None
    turbo: bool | None = None
    shape: Shape | None = None
    fit: Fit | None = None
    loudness: str | None = None
    reencode: bool | None = None
    budget_usd: float | None = Field(None, ge=0)
    max_repeat_usd: float | None = Field(None, ge=0)
    approve_above_usd: float | None = Field(None, ge=0)
    draft: bool | None = None

    def over(self, defaults: ItemFields) -> ItemFields:
        """These, and the defaults for what they leave open."""
        return ItemFields.model_validate(defaults.model_dump(exclude_none=True) | self.model_dump(exclude_none=True))

    @field_validator("loudness")
    @classmethod
    def _is_plain(cls, name: str | None) -> str | None:
        """As the flow's form has it."""
        return name and name.strip().lower()

    @property
    def parameters(self) -> dict[str, Any]:
        """What of them the flow takes as it is."""
        return self.model_dump(mode="json", exclude_none=True, exclude=set(NO_PARAMETERS))

    def publish_seconds(self, zone: zoneinfo.ZoneInfo) -> float | None:
        """When it is to be published, in seconds since 1970."""
        return None if self.publish_at is None else _moment(self.publish_at).timestamp_in(zone)


class _Moment(Frozen):
    """A date and a time that may name its own zone."""

    at: datetime.datetime

    def timestamp_in(self, zone: zoneinfo.ZoneInfo) -> float:
        """In seconds since 1970; `zone` holds where it names none."""
        return (self.at if self.at.tzinfo else self.at.replace(tzinfo=zone)).timestamp()


def _moment(text: str) -> _Moment:
    return _Moment(at=datetime.datetime.fromisoformat(text.strip()))


def read_fields(data: object, where: str) -> ItemFields:
    """The fields that some data holds; what is empty counts as left out. Raises SettingError about `where`."""
    if data is None:
        return ItemFields()
    if not isinstance(data, Mapping):
        raise SettingError("it must hold keys with values (key: value).", where=where)
    said = {str(name).strip(): value for name, value in data.items() if value is not None and value != ""}
    for name in said:
        if name not in ItemFields.model_fields:
            message, hint = unknown_word("field", name, ItemFields.model_fields)
            raise SettingError(message, where=where, hint=hint)
    try:
        fields = ItemFields.model_validate(said)
        if fields.publish_at:
            _moment(fields.publish_at)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise SettingError(f"{first['input']!r} is no {name}: {first['msg']}.", where=where) from None
    except ValueError:
        hint = "Write 2026-11-20, or 2026-11-20 09:00."
        raise SettingError(f"{fields.publish_at!r} is no date.", where=where, hint=hint) from None
    return fields
