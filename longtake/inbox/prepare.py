"""Preparing an item: its files go into the store, so that its run renders what was seen, on whatever machine."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from longtake.assets import Store, content_key
from longtake.costs import spending_of
from longtake.errors import SettingError
from longtake.fields import check_fields
from longtake.frozen import Frozen
from longtake.inbox.due import Limits
from longtake.inbox.found import Found
from longtake.inputs import pin_inputs, read_inputs
from longtake.ledger import Item, ItemState
from longtake.models import DEFAULT_MODEL
from longtake.options import PREVIEW, RenderOptions, choose_options
from longtake.remote import Fetcher
from longtake.settings import Settings
from longtake.storyboard import Storyboard

_OPTIONS: dict[str, Any] = {
    "provider": PREVIEW,
    "model": DEFAULT_MODEL,
    "resolution": "auto",
    "turbo": False,
    "shape": "own",
    "fit": "contain",
    "loudness": "podcast",
    "reencode": False,
}
"""What holds where nothing is said, whatever a deployment says."""

_MONEY = frozenset({"budget_usd", "approve_above_usd", "max_repeat_usd", "price_per_second"})
"""Parameters that change nothing of what is rendered."""


class Prepared(Frozen):
    """An item that can be started."""

    video: str
    storyboard: Storyboard
    options: RenderOptions
    parameters: dict[str, Any]
    content_hash: str = Field(description="Stands for all that is rendered, and where it goes.")

    @property
    def parameters_json(self) -> str:
        """The parameters as the ledger keeps them."""
        return json.dumps(self.parameters, sort_keys=True)

    def is_settled_by(self, item: Item) -> bool:
        """Whether the item's last run was for this very content: finished, or with no other money than now."""
        is_same = self.content_hash == item.content_hash
        return is_same and (item.state is ItemState.FINISHED or self.parameters_json == item.parameters)


def prepare_item(found: Found, limits: Limits, output: str, store: Store, settings: Settings) -> Prepared:
    """Bring an item's files into the store. Raises BadInput for what its run would refuse before it spends anything."""
    fields = found.fields
    parameters = _OPTIONS | limits.applied(fields.parameters)
    options = choose_options(**{name: parameters[name] for name in _OPTIONS})
    storyboard = read_inputs(
        fields.script,
        image=fields.image,
        audio=fields.audio,
        transcript=fields.transcript,
        prompt=fields.prompt,
        language=fields.language,
        mask=fields.mask,
        fetcher=Fetcher(lambda: store, settings.pace),
    )
    check_fields(storyboard, options)
    budget = parameters.get("budget_usd")
    spending = spending_of(settings, budget, parameters.get("max_repeat_usd", 0), parameters.get("price_per_second"))
    if not options.is_preview and spending.budget_micro_usd is None:
        raise SettingError(
            "a paid provider needs a budget.",
            where="budget_usd",
            hint="Say it for the item, in defaults.yaml, for the schedule, or as LONGTAKE_BUDGET_USD.",
        )
    pinned = pin_inputs(storyboard, store)
    script = store.put(pinned.model_dump_json().encode(), suffix=".json").address
    video = storyboard.id or found.name
    parameters = {"script": script, "video": video, "output": output, **parameters}
    return Prepared(
        video=video,
        storyboard=pinned,
        options=options,
        parameters=parameters,
        content_hash=content_key({name: value for name, value in parameters.items() if name not in _MONEY}),
    )
