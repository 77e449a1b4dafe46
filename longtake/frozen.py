"""The base of every model that travels between tasks: frozen, strict about unknown fields, plain JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable record. Unknown fields are refused; it goes to JSON and back unchanged."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_inf_nan="strings", ser_json_bytes="base64", val_json_bytes="base64"
    )
