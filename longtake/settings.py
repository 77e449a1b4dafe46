"""Settings of this machine: from the environment (LONGTAKE_...), with defaults that need nothing."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from longtake.assets import FolderStore, Store
from longtake.errors import SettingError


class Settings(BaseSettings):
    """Where things are kept. Every field is set by its upper-case name behind LONGTAKE_, as in LONGTAKE_HOME."""

    model_config = SettingsConfigDict(env_prefix="LONGTAKE_", frozen=True, extra="ignore")

    home: Path = Field(Path("~/.longtake"), description="Everything that Longtake keeps on this machine.")
    workers: int = Field(0, ge=0, le=64, description="Clips previewed at once; 0: one for each core.")

    @property
    def home_path(self) -> Path:
        """The home folder, absolute."""
        return self.home.expanduser().absolute()

    def open_store(self) -> Store:
        """The store that this machine uses."""
        return FolderStore(self.home_path / "store")


def load_settings() -> Settings:
    """The settings of this process. Raises SettingError that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "LONGTAKE_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingError(f"{first['msg']}.", where=name, hint="Correct or unset this variable.") from error
