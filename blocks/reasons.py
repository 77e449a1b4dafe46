"""Why a provider says no: read from whatever body it sends, and told without keys or signed addresses."""

from __future__ import annotations

import json
import re
from typing import Any

from longtake.frozen import Frozen

DEEPEST = 12
"""Bodies nest errors in errors; nobody nests deeper than this."""

LONGEST_TEXT = 400
LONGEST_READ = 10 * LONGEST_TEXT
_QUERY = re.compile(r"(https?://[^\s\"'<>?]+)\?[^\s\"'<>]*")
_SIGNED = re.compile(r"X-Amz-[A-Za-z-]+(?:=|%3D)[\w%+/.~-]*", re.IGNORECASE)
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,[\w+/=-]*")
_KINDS = ("error_type", "type", "name", "code", "title")
_TEXTS = ("detail", "error", "errors", "msg", "message")


class Reason(Frozen):
    """A provider's own word for what is wrong, and its sentence. Either may be empty."""

    kind: str = ""
    text: str = ""

    @property
    def told(self) -> str:
        """The sentence without its full stop, else the word."""
        return self.text.rstrip(".") or self.kind or "it gave no reason"


def reason_in(body: Any, *secrets: str) -> Reason:
    """The reason that a JSON body holds, its addresses without their queries and without the `secrets`.

    Knows fal's `{"detail": [{"type", "msg"}]}` and `{"detail": "text", "error_type"}`, AIML API's `{"message",
    "statusCode"}` and `{"title", "status", "message", "error": {"name", "message"}}`, Pixazo's `{"error", "message"}`,
    and any of them as the `error` of another, as a list or as JSON inside a string.
    """
    found = _read(body, DEEPEST)
    return Reason(kind=cleaned(found.kind, *secrets), text=cleaned(found.text, *secrets))


def cleaned(text: str, *secrets: str) -> str:
    """What a provider says, in one line of up to 400 characters that can be shown and logged.

    It may quote what it was sent: its key, or the signed address of an input. It may hold what a terminal obeys.
    """
    text = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    text = text[:LONGEST_READ]
    text = _SIGNED.sub("X-Amz-…", _DATA_URI.sub("data:…", _QUERY.sub(r"\1?…", text)))
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _read(value: Any, depth: int) -> Reason:
    if depth == 0:
        return Reason()
    if isinstance(value, str):
        nested = _json_in(value)
        return Reason(text=value.strip()) if nested is None else _read(nested, depth - 1)
    if isinstance(value, list):
        found = [_read(entry, depth - 1) for entry in value]
        kinds, texts = [entry.kind for entry in found], [entry.text for entry in found]
        return Reason(kind=next(filter(None, kinds), ""), text="; ".join(filter(None, texts)))
    return _read_object(value, depth) if isinstance(value, dict) else Reason()


def _read_object(value: dict[str, Any], depth: int) -> Reason:
    own_kind = next((value[name] for name in _KINDS if isinstance(value.get(name), str)), "")
    title, sentence = value.get("error"), value.get("message")
    if isinstance(title, str) and isinstance(sentence, str) and _json_in(title) is None:
        return Reason(kind=title, text=sentence)
    for name in _TEXTS:
        inner = _read(value.get(name), depth - 1)
        if inner.text:
            return Reason(kind=inner.kind or own_kind, text=inner.text)
    return Reason(kind=own_kind)


def _json_in(text: str) -> dict[str, Any] | list[Any] | None:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None
