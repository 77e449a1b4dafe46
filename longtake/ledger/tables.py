"""The ledger's tables. A change here needs a new VERSION and a way to get there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from longtake.ledger.states import LIVE

VERSION = 3

metadata = MetaData()


class Words(TypeDecorator[str]):
    """Text from anywhere. Neither database takes half a surrogate, and Postgres no NUL; a provider may send both."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return str(value).replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _number() -> Column[int]:
    """Rises with each row; SQLite numbers only its own kind of integer by itself."""
    return Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


version = Table("longtake_version", metadata, Column("version", Integer, nullable=False))

jobs = Table(
    "longtake_jobs",
    metadata,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    Column("order_key", Words, nullable=False),
    Column("content_key", Words, nullable=False),
    Column("take", Integer, nullable=False),
    Column("video", Words, nullable=False),
    Column("run_id", Words, nullable=False),
    Column("clip", Words, nullable=False),
    Column("start_seconds", Double, nullable=False),
    Column("end_seconds", Double, nullable=False),
    Column("first_words", Words, nullable=False),
    Column("provider", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("model", Words, nullable=False),
    Column("endpoint", Words, nullable=False),
    Column("resolution", Words, nullable=False),
    Column("sent_seconds", Double, nullable=False),
    Column("reserve_micro_usd", BigInteger, nullable=False),
    Column("inputs", Words, nullable=False),
    Column("order_json", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Words, nullable=False),
    Column("heartbeat_at", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("day", Text, nullable=False),
    Column("charged_micro_usd", BigInteger, CheckConstraint("charged_micro_usd >= 0"), nullable=False),
    Column("is_repeat", Boolean, nullable=False),
    Column("billed", Text),
    Column("request_id", Words),
    Column("status_url", Words),
    Column("submitted_at", Double),
    Column("done_at", Double),
    Column("ended_at", Double),
    Column("kind", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("clip_sha256", Words),
    Column("absent_looks", Integer, nullable=False),
    Column("last_absent_at", Double),
)

_is_live = jobs.c.state.in_(sorted(state.value for state in LIVE))
Index("longtake_one_live_job", jobs.c.order_key, unique=True, sqlite_where=_is_live, postgresql_where=_is_live)
Index("longtake_live_jobs", jobs.c.account, jobs.c.state, sqlite_where=_is_live, postgresql_where=_is_live)
Index("longtake_jobs_of_order", jobs.c.order_key, jobs.c.number)
Index("longtake_jobs_of_video", jobs.c.video, jobs.c.is_repeat, jobs.c.charged_micro_usd)
Index("longtake_jobs_of_day", jobs.c.day, jobs.c.charged_micro_usd)

transitions = Table(
    "longtake_transitions",
    metadata,
    _number(),
    Column("job_id", Text, ForeignKey(jobs.c.id), nullable=False, index=True),
    Column("at", Double, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("owner", Words, nullable=False),
    Column("reason", Words, nullable=False),
)

decisions = Table(
    "longtake_decisions",
    metadata,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Words, nullable=False),
    Column("video", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("value", Words, nullable=False),
    Column("amount_micro_usd", BigInteger),
    Column("plan_hash", Words),
    Column("run_id", Words),
    Column("by", Words, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("settled_at", Double),
)
Index("longtake_decisions_of_video", decisions.c.video, decisions.c.kind, decisions.c.subject)

speech = Table(
    "longtake_speech",
    metadata,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    Column("text_key", Words, nullable=False),
    Column("video", Words, nullable=False),
    Column("run_id", Words, nullable=False),
    Column("provider", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("model", Words, nullable=False),
    Column("voice", Words, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("first_words", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Words, nullable=False),
    Column("heartbeat_at", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("day", Text, nullable=False),
    Column("reserve_micro_usd", BigInteger, nullable=False),
    Column("charged_micro_usd", BigInteger, CheckConstraint("charged_micro_usd >= 0"), nullable=False),
    Column("reason", Words, nullable=False),
)
"""Every request to a voice that may cost money. Since version 3."""

_is_sending = speech.c.state == "sending"
Index("longtake_speech_of_text", speech.c.text_key, speech.c.number)
Index("longtake_speech_of_video", speech.c.video, speech.c.charged_micro_usd)
Index("longtake_speech_of_day", speech.c.day, speech.c.charged_micro_usd)
Index("longtake_speech_sending", speech.c.account, sqlite_where=_is_sending, postgresql_where=_is_sending)

caps = Table("longtake_caps", metadata, Column("scope", Words, primary_key=True))
"""A row for each account, day and video. Postgres locks them while it counts; SQLite has one writer anyway."""

items = Table(
    "longtake_items",
    metadata,
    Column("inbox", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("stamp", Words, nullable=False),
    Column("unchanged_since", Double, nullable=False),
    Column("handled_stamp", Words),
    Column("content_hash", Text),
    Column("attempt", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("video", Words),
    Column("parameters", Words),
    Column("cost_micro_usd", BigInteger, nullable=False),
    Column("run_id", Text),
    Column("reason", Words, nullable=False),
    Column("blocked_by", Words, nullable=False),
    Column("not_before", Double),
    Column("first_seen_at", Double, nullable=False),
    Column("started_at", Double),
    Column("ended_at", Double),
)
"""What lies in inboxes, and what became of it. Since version 2."""
