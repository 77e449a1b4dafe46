"""What a person may choose in the form of a price, and what the form says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.asking.forms import Choice, Form, price_form
from flows.asking.price import first_clip, is_in_budget
from flows.asking.quote import ESTIMATE_MARGIN, Quote, cents_text, orders_of, price_of
from flows.means.accounts import check_accounts
from flows.pages.links import link
from flows.request import Request
from flows.telling.display import length_text
from longtake.assets import Store
from longtake.errors import LongtakeError
from longtake.ledger import Ledger
from longtake.models import offers_of
from longtake.money import MICRO, usd_text
from longtake.orders import find_clip


def form_of(request: Request, quote: Quote, parameters: Mapping[str, Any], ledger: Ledger, store: Store) -> type[Form]:
    """The form that asks about a quote. `parameters` are those of the run, as they hold now."""
    seen = first_clip(ledger, request, quote)
    has_first = seen is None and len(quote.due) > 1 and not quote.is_estimate
    choices = list(Choice) if has_first else [Choice.STOP, Choice.ALL]
    sentences = (
        _of_first_clip(request, quote, seen, ledger, store),
        _of_price(request, quote),
        _of_speech(quote),
        _of_budget(request, quote),
        f"The first clip alone costs at most {_first_price(request, quote)}." if Choice.FIRST_CLIP in choices else "",
        "The plan is among this run's artifacts.",
    )
    return price_form(
        " ".join(filter(None, sentences)),
        choices=choices,
        budget_usd=(request.spending.budget_micro_usd or 0) / MICRO,
        providers=(parameters["provider"], *_other_providers(request, parameters)),
    )


def _of_price(request: Request, quote: Quote) -> str:
    spent = quote.needed_micro_usd - quote.price_micro_usd
    before = f"{usd_text(spent)} of the video's budget is spent or reserved" if spent else "nothing is spent yet"
    if not quote.due:
        return f"This preview of {request.video} may cost up to {usd_text(quote.upper_micro_usd)}; {before}."
    seconds = length_text(sum(shot.seconds for shot in quote.due))
    return (
        f"Rendering {len(quote.due)} of the {len(quote.plan.shots)} clips of {request.video} ({seconds}) at "
        f"{' or '.join(request.accounts)} may cost up to {usd_text(quote.upper_micro_usd)}; {before}."
    )


def _of_speech(quote: Quote) -> str:
    if quote.plan.unspoken is None:
        return ""
    if not quote.due:
        return f"Its clips cost nothing, its voices do: {quote.plan.unspoken.text}."
    return (
        f"That includes {quote.plan.unspoken.text}. Until they are spoken, the length is an estimate, and clips "
        f"{ESTIMATE_MARGIN - 1:.0%} longer are allowed for. If it turns out dearer, you are asked again."
    )


def _of_budget(request: Request, quote: Quote) -> str:
    if is_in_budget(request, quote):
        return ""
    budget = usd_text(request.spending.budget_micro_usd or 0)
    return f"The budget of {budget} does not cover it: give at least {cents_text(quote.needed_micro_usd)} below."


def _of_first_clip(request: Request, quote: Quote, seen: int | None, ledger: Ledger, store: Store) -> str:
    """The clip that was to be seen first, with where to see it."""
    if seen is None or not 1 <= seen <= len(quote.plan.shots):
        return ""
    orders = {shot.number: order for shot, order in orders_of(quote.plan, request, ledger, store)}
    order = orders[seen]
    clip = find_clip(store, order) if order else None
    if clip is None:
        return f"Clip {seen} could not be had; see the run's log."
    return f"Clip {seen} is rendered: {link('watch it', clip.asset)}."


def _first_price(request: Request, quote: Quote) -> str:
    return usd_text(price_of(quote.due[:1], request) or 0)


def _other_providers(request: Request, parameters: Mapping[str, Any]) -> Iterator[str]:
    """Those that could render this very request, with a key and a price that are known here. A preview stays one."""
    if request.options.is_preview:
        return
    for offer in offers_of(request.options.model):
        words = {**parameters, "provider": offer.provider}
        if offer.provider == parameters["provider"]:
            continue
        try:
            other = Request.from_parameters(request.video, request.storyboard, words)
            check_accounts(other.accounts, other.options, other.spending, keys_are_here=True)
        except LongtakeError:
            continue
        yield offer.provider
