"""Which items are started now, and why the others wait."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from longtake.frozen import Frozen
from longtake.inbox.found import Found
from longtake.ledger import Item, ItemState
from longtake.options import PREVIEW

HOUR_SECONDS = 3600.0
MOST_TRIES = 3
"""So often a run that met a passing, unpaid fault is started again by itself."""

Step = Literal["nothing", "settling", "later", "look", "again", "retry"]
"""What an item waits for, or is due: look at what is new or changed; again, as a person has acted; retry."""


class Limits(Frozen):
    """What a schedule allows, whatever the items say."""

    provider: str | None = Field(None, description="Who renders items that name nobody.")
    budget_usd: float | None = Field(None, ge=0, description="What each item may cost at most.")
    price_per_second: float | None = Field(None, gt=0, description="At providers that state none.")
    approve_above_usd: float = Field(0, ge=0, description="What a run may spend without a person's approval.")
    settle_seconds: float = Field(60, ge=0, description="For how long an item's files must have stayed the same.")
    lead_hours: float = Field(24, ge=0, description="How long before its publication an item is started.")

    def applied(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """The flow's parameters: an item may ask for less than the schedule allows, not for more."""
        parameters = dict(said)
        if self.provider:
            parameters.setdefault("provider", self.provider)
        if self.budget_usd is not None:
            parameters["budget_usd"] = min(self.budget_usd, parameters.get("budget_usd", self.budget_usd))
        if self.price_per_second is not None:
            parameters["price_per_second"] = self.price_per_second
        if parameters.get("provider", PREVIEW) != PREVIEW or "budget_usd" in parameters:  # which a voice may cost
            parameters["approve_above_usd"] = min(
                self.approve_above_usd, parameters.get("approve_above_usd", self.approve_above_usd)
            )
        return parameters


class Word(Frozen):
    """What has been done about a video since its run: times in seconds since 1970."""

    decided_at: float = Field(0, description="When a person last decided anything about it.")
    asked_at: float = Field(0, description="When a person last asked for it to be started again.")
    is_free: bool = Field(False, description="There were jobs that blocked it, and none of them does so any more.")


NO_WORD = Word()


def step_of(item: Item, now: float, settle_seconds: float, word: Word = NO_WORD) -> Step:
    """What is next for an item that lies in its inbox. One that is finished is started again only if that was asked."""
    if item.state is ItemState.STARTED:
        return "nothing"
    if item.stamp != item.handled_stamp:
        is_later = item.state is ItemState.SEEN and (item.not_before or 0) > now
        return "settling" if now - item.unchanged_since < settle_seconds else "later" if is_later else "look"
    about = item.ended_at if item.content_hash is None else item.started_at  # what was refused, or the last run
    is_asked = word.asked_at > (about or 0)
    if is_asked or (item.state is not ItemState.FINISHED and (word.is_free or word.decided_at > (about or 0))):
        return "again"
    if item.state is ItemState.FAILED and item.not_before is not None:
        return "retry" if item.not_before <= now else "later"
    return "nothing"


def waits(found: Found, now: float, lead_hours: float, zone: zoneinfo.ZoneInfo) -> float | None:
    """When an item is started that is not due yet; None when it is."""
    publish = found.fields.publish_seconds(zone)
    if publish is None or publish - lead_hours * HOUR_SECONDS <= now:
        return None
    return publish - lead_hours * HOUR_SECONDS


def order_of(found: Found, item: Item, zone: zoneinfo.ZoneInfo) -> tuple[float, str]:
    """Items are started in the order of their publication, or of when they came."""
    publish = found.fields.publish_seconds(zone)
    return (item.first_seen_at if publish is None else publish, item.name)


def next_day(now: float, zone: zoneinfo.ZoneInfo) -> float:
    """When the next day begins."""
    day = datetime.datetime.fromtimestamp(now, zone).date() + datetime.timedelta(days=1)
    return datetime.datetime.combine(day, datetime.time(), zone).timestamp()
