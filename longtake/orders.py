"""Orders: what fully determines a clip; which take of it counts; and the record of the clip that fulfils one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic import Field

from longtake.assets import Asset, Store, content_key
from longtake.checks import Verdict
from longtake.frozen import Frozen
from longtake.models import Resolution
from longtake.options import PREVIEW, RenderOptions

CLIP_RECORDS = "clips/"


class Order(Frozen):
    """Everything that a clip's content depends on. Equal orders are one order, in whatever video they stand.

    Neither the provider nor the price nor any file's name is part of it.
    """

    chunk_sha256: str
    image_sha256: str
    mask_sha256: str | None = None
    prompt: str | None = None
    model: str
    resolution: Resolution
    turbo: bool = False
    take: int = Field(1, ge=1, description="2, 3, ... when a person asks for another clip of the same content.")

    @property
    def key(self) -> str:
        """64 hex digits that stand for the order."""
        return content_key(self.model_dump(mode="json"))

    @property
    def content_key(self) -> str:
        """Stands for the content that is asked for, whichever take of it."""
        return self.model_copy(update={"take": 1}).key

    @property
    def record_name(self) -> str:
        """Where the store keeps the record of its clip."""
        return f"{CLIP_RECORDS}{self.key}.json"


class FittedLook(Frozen):
    """A look whose picture and mask are fitted to the video."""

    image: Asset
    mask: Asset | None = None
    prompt: str | None = None


Takes = Mapping[str, int]
"""By an order's content key: which take of it counts now. What is not in it is at its first."""


def order_for(look: FittedLook, chunk: Asset, options: RenderOptions, takes: Takes = MappingProxyType({})) -> Order:
    """The order of a chunk's clip."""
    order = Order(
        chunk_sha256=chunk.sha256,
        image_sha256=look.image.sha256,
        mask_sha256=look.mask.sha256 if look.mask else None,
        prompt=look.prompt,
        model=options.order_model,
        resolution=options.resolution,
        turbo=options.turbo,
    )
    take = takes.get(order.key, 1)
    return order if take == 1 else order.model_copy(update={"take": take})


def earlier_takes(order: Order) -> Iterator[Order]:
    """The same content's other takes, down from the one before it."""
    for take in range(order.take - 1, 0, -1):
        yield order.model_copy(update={"take": take})


class ClipRecord(Frozen):
    """A checked clip, what it was ordered with, who rendered it and what it cost."""

    order: Order
    asset: Asset
    chunk: Asset
    image: Asset
    mask: Asset | None = None
    sources: tuple[Asset, ...] = Field((), description="The prepared audio that the chunk was cut from.")
    provider: str
    price_micro_usd: int = Field(0, ge=0)
    verdict: Verdict
    job_id: str | None = Field(None, description="The job in the ledger that it came from.")
    label: str | None = Field(None, description="The number that a preview clip shows.")


def read_clip(store: Store, order: Order) -> ClipRecord | None:
    """The record of the clip that fulfils the order, whether or not its file is here."""
    data = store.read_record(order.record_name)
    return None if data is None else ClipRecord.model_validate_json(data)


def find_clip(store: Store, order: Order, *, verify: bool = True) -> ClipRecord | None:
    """The clip that fulfils the order, if it is here (and sound, unless `verify` is off)."""
    record = read_clip(store, order)
    if record is None:
        return None
    here = store.verify(record.asset) if verify else store.exists(record.asset)
    return record if here else None


def save_clip(store: Store, record: ClipRecord) -> ClipRecord:
    """Keep the record of a clip; answers the one that stands.

    A preview takes the place of an older preview only. A provider's clip is replaced only when its file is lost, and
    then by a provider's clip.
    """
    data = record.model_dump_json().encode()
    standing = ClipRecord.model_validate_json(store.add_record(record.order.record_name, data))
    if standing == record:
        return record
    if standing.provider != PREVIEW and (record.provider == PREVIEW or store.verify(standing.asset)):
        return standing
    store.write_record(record.order.record_name, data)
    return record
