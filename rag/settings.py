"""Every setting Dateline knows, from flags, `DATELINE_*` variables or `dateline.toml`."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import ClassVar

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import TomlConfigSettingsSource

from rag.errors import UsageError
from rag.runtime import Precision, precision_of

ENV_PREFIX = "DATELINE_"
TOML_NAME = "dateline.toml"


class Settings(BaseSettings):
    """Settings, strongest first: arguments, environment, `dateline.toml` here, these defaults."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=ENV_PREFIX, extra="forbid", frozen=True, toml_file=TOML_NAME
    )

    index: Path = Field(Path(".dateline"), description="directory of the index")
    cache: Path = Field(
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dateline",
        description="converted models and the indexes of evaluation sets",
    )
    model: str = Field(
        "all-MiniLM-L6-v2", description="embedding model: the default, or a folder on this machine"
    )
    threads: int = Field(0, ge=0, description="compute threads; 0 takes every core, at most 8")
    precision: Precision = Field(
        "auto",
        description="numbers of the default models: auto, float32, bfloat16, or int8 to embed fast",
    )
    passage_tokens: int = Field(160, ge=32, le=400, description="most tokens in a passage")
    k: int = Field(10, ge=1, le=100, description="articles to return with an answer")
    threshold: float | None = Field(
        None, ge=0, le=1, description="least probability to answer with; unset: the fitted one"
    )
    host: str = Field("127.0.0.1", description="address the chat listens on")
    port: int = Field(7860, ge=0, le=65535, description="port the chat listens on")
    fetch_bytes: int = Field(20_000_000, ge=1_000, description="most bytes of a fetched page")
    fetch_ratio: int = Field(200, ge=2, description="most times its size a packed page may give")
    fetch_seconds: float = Field(30, gt=0, le=600, description="most seconds for one address")
    fetch_hops: int = Field(5, ge=0, le=20, description="most redirects to follow")
    fetch_pause_s: float = Field(1, ge=0, description="seconds between two requests of a host")
    fetch_pages: int = Field(200, ge=1, description="most pages of one host in one run")
    fetch_private: str = Field(
        "", description="hosts that may be fetched though not public, with commas between"
    )
    fetch_agent: str = Field("", description="name given to servers; unset: Dateline/VERSION")
    fetch_robots: bool = Field(True, description="heed robots.txt")
    fetch_linked: bool = Field(True, description="read the page of a feed's entry that is a teaser")
    watch_every_s: int = Field(900, ge=1, description="seconds between two polls of a feed")
    login: Path | None = Field(
        None, description="file of 'name:password' lines the chat asks for; unset: no login"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator("index", "cache")
    @classmethod
    def _expand(cls, path: Path) -> Path:
        return path.expanduser()

    @property
    def n_threads(self) -> int:
        """Compute threads to use: `threads`, or one per core up to eight."""
        return self.threads or min(len(os.sched_getaffinity(0)), 8)

    def computes_in(self) -> Precision:
        """Return the precision that models run in here: `precision`, or what suits the CPU best.

        Raises:
            UsageError: The CPU does not have the precision asked for.
        """
        return precision_of(self.precision, record=self.cache / "selftest.json")


def load_settings(**overrides: object) -> Settings:
    """Read the settings; `overrides` that are None count as not given.

    Raises:
        UsageError: An unknown or invalid setting, named with where it came from.
    """
    _refuse_unknown_variables()
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{TOML_NAME} is not valid TOML: {error}. Mend or remove it.") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"Setting '{name}': {first['msg'].lower()}{_suggestion(name)}. "
            f"It comes from a flag, {ENV_PREFIX}{name.upper()} or {TOML_NAME}."
        ) from error


def _refuse_unknown_variables() -> None:
    for variable in sorted(os.environ):
        name = variable.removeprefix(ENV_PREFIX).lower()
        if variable.startswith(ENV_PREFIX) and name not in Settings.model_fields:
            raise UsageError(f"Unknown variable {variable}{_suggestion(name)}. Unset it.")


def _suggestion(name: str) -> str:
    if name in Settings.model_fields:
        return ""
    near = difflib.get_close_matches(name, Settings.model_fields, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
