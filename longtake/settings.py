"""Settings of this machine: from the environment (LONGTAKE_...), with defaults that need nothing."""

from __future__ import annotations

import zoneinfo
from pathlib import Path

from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from longtake.assets import FolderStore, Store
from longtake.assets.cache import GIGABYTE
from longtake.errors import SettingError
from longtake.providers.pace import Pace


class Settings(BaseSettings):
    """Where things are kept, and what may be spent. Each field is set by its upper-case name behind LONGTAKE_.

    Fields of `pace` go by names such as LONGTAKE_PACE__DEADLINE_SECONDS.
    """

    model_config = SettingsConfigDict(
        env_prefix="LONGTAKE_", env_nested_delimiter="__", frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = Field(Path("~/.longtake"), description="Everything that Longtake keeps on this machine.")
    store: str | None = Field(None, description="A folder, s3://bucket/prefix or block:TYPE/NAME.")
    store_endpoint_url: AnyHttpUrl | None = Field(None, description="Of another maker's S3 server.")
    store_public_endpoint_url: AnyHttpUrl | None = Field(
        None, description="Where others than us reach the bucket, if that is elsewhere."
    )
    store_region: str | None = Field(None, description="Of the bucket.")
    cache_gb: float = Field(20, ge=0, description="How much is kept here of a store that is far away.")
    piper_dir: Path | None = Field(None, description="Where Piper's voices are; default: voices in the home.")
    workers: int = Field(0, ge=0, le=64, description="Clips previewed at once; 0: one for each core.")
    offers: Path | None = Field(None, description="A YAML file of more offers, or of other prices and limits.")
    ledger_url: SecretStr | None = Field(None, description="sqlite:///... or postgresql://...; default: in the home.")
    timezone: str = Field("UTC", description="Where a day begins and ends, for the daily cap.")
    budget_usd: float | None = Field(None, gt=0, description="The budget of a video that names none.")
    daily_cap_usd: float | None = Field(None, gt=0, description="What may be spent on one day, on all videos.")
    in_progress: dict[str, int] = Field(
        {}, description='Jobs at once by provider, for keys from the environment: {"fal": 10}. 2 where none is named.'
    )
    door_url: AnyHttpUrl | None = Field(
        None, description="Where browsers reach the store's door, as https://files.example.com; pages link there."
    )
    door_auth: SecretStr | None = Field(None, description='What uploading there asks for, as "user:password".')
    door_upload_gb: float = Field(4, gt=0, description="How large an upload through the door may be.")
    inbox: str | None = Field(None, description="The inbox of the schedule: a folder, s3://bucket/prefix or a list.")
    webhook_url: AnyHttpUrl | None = Field(
        None, description="A public address that providers call when a job has ended, where they can."
    )
    webhook_port: int | None = Field(
        None, ge=1, le=65535, description="Where a run listens for those calls, so that it waits no longer than needed."
    )
    webhook_host: str = Field("127.0.0.1", description="The interface that it listens on.")
    pace: Pace = Pace()

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            zoneinfo.ZoneInfo(name)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
            raise ValueError(f"{name!r} is no time zone; one is Europe/Berlin") from error
        return name

    @field_validator("door_url")
    @classmethod
    def _is_an_origin(cls, url: AnyHttpUrl | None) -> AnyHttpUrl | None:
        if url and (url.username or url.password or url.query or url.fragment or url.path not in (None, "/")):
            raise ValueError("only scheme, host and port, please, as in https://files.example.com")
        return url

    @field_validator("door_auth")
    @classmethod
    def _is_name_and_password(cls, auth: SecretStr | None) -> SecretStr | None:
        if auth and not all(auth.get_secret_value().partition(":")):
            raise ValueError("a name, a colon and a password, please")
        return auth

    @field_validator("in_progress")
    @classmethod
    def _are_places(cls, places: dict[str, int]) -> dict[str, int]:
        if any(count < 1 for count in places.values()):
            raise ValueError("every provider needs one place at least")
        return places

    @property
    def home_path(self) -> Path:
        """The home folder, absolute."""
        return self.home.expanduser().absolute()

    @property
    def ledger_address(self) -> str:
        """The URL of the ledger's database. May hold a password."""
        if self.ledger_url:
            return self.ledger_url.get_secret_value()
        return f"sqlite:///{self.home_path / 'ledger.sqlite'}"

    @property
    def has_ledger(self) -> bool:
        """Whether a ledger was made, or is named."""
        return self.ledger_url is not None or (self.home_path / "ledger.sqlite").exists()

    @property
    def door_address(self) -> str | None:
        """The door's address without a slash at its end, or None where there is no door."""
        return str(self.door_url).rstrip("/") if self.door_url else None

    @property
    def door_upload_bytes(self) -> int:
        """How large an upload through the door may be."""
        return int(self.door_upload_gb * GIGABYTE)

    @property
    def cache_path(self) -> Path:
        """Where copies are kept of what a store far away holds."""
        return self.home_path / "cache"

    @property
    def piper_path(self) -> Path:
        """Where the voices of Piper are kept, absolute."""
        return self.piper_dir.expanduser().absolute() if self.piper_dir else self.home_path / "voices"

    @property
    def cache_bytes(self) -> int:
        """How large that may grow."""
        return int(self.cache_gb * GIGABYTE)

    @property
    def url_seconds(self) -> float:
        """How long a signed address must last: a job's deadline, and an hour for it to begin."""
        return self.pace.deadline_seconds + 3600

    def open_store(self) -> Store:
        """The store that this machine uses: a folder or a bucket. Nothing is sent yet.

        Raises SettingError for a store that is named by a block: `flows.means.stores` opens those.
        """
        name = self.store
        if not name:
            return FolderStore(self.home_path / "store")
        if name.startswith("block:"):
            raise SettingError(f"{name!r} is a block, which cannot be loaded here.", where="LONGTAKE_STORE")
        if "://" not in name:
            return FolderStore(Path(name))
        from longtake.assets.s3 import S3Store
        from longtake.assets.s3_place import parse_s3

        place = parse_s3(
            name,
            endpoint_url=str(self.store_endpoint_url or "") or None,
            public_endpoint_url=str(self.store_public_endpoint_url or "") or None,
            region=self.store_region,
        )
        return S3Store(place, self.cache_path, self.cache_bytes, self.url_seconds)


def load_settings() -> Settings:
    """The settings of this process. Raises SettingError that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "LONGTAKE_" + "__".join(str(part) for part in first["loc"]).upper()
        raise SettingError(f"{first['msg']}.", where=name, hint="Correct or unset this variable.") from error
