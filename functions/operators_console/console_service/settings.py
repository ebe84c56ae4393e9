"""The settings of the deployed console from its environment; deploy derives them."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, Json, ValidationError

from csvgate.runtime.errors import Transient
from csvgate.runtime.library_words import library_words

BUCKETS = ("uploads", "rejects", "staging", "ledger", "audit", "references", "contracts")


class Reviewed(BaseModel):
    """Where the dead letters of a function are reviewed, and where its messages came from."""

    function: str
    review: str
    dead_letter_topic: str
    source: str
    """The topic of its messages; for Storage's notifications the subscription that Eventarc has
    created, whose topic the console looks up."""
    trigger: str
    is_storage: bool
    retention: int | None = None
    """Seconds for which a letter is kept; None in the settings of an earlier deploy."""


class Settings(BaseModel):
    """A field's alias is its environment variable."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    project: str = Field(alias="GOOGLE_CLOUD_PROJECT")
    revision: str = Field("unknown", alias="K_REVISION")
    log_level: str = Field("INFO", alias="LOG_LEVEL")
    sign_in: Literal["iap", "id-token"] = Field(alias="CSVGATE_CONSOLE_SIGN_IN")
    audience: str = Field(alias="CSVGATE_CONSOLE_AUDIENCE", min_length=1)
    """What tokens must be for: the address of the console or, behind Identity-Aware Proxy, the
    path of its service. It may contain `{project_number}`."""
    members: Json[tuple[str, ...]] | None = Field(None, alias="CSVGATE_CONSOLE_MEMBERS")
    """The email addresses that have access, as JSON; None if IAM alone decides."""
    routes: Json[tuple[Reviewed, ...]] = Field(alias="CSVGATE_CONSOLE_ROUTES")
    buckets: Mapping[str, str]


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises Transient `settings.invalid`, which names every invalid
    variable."""
    given: dict[str, object] = {k: v for k, v in environment.items() if v != ""}
    names = {key: f"CSVGATE_{key.upper()}_BUCKET" for key in BUCKETS}
    if missing := [name for name in names.values() if name not in given]:
        raise Transient("settings.invalid", f"missing environment variables: {', '.join(missing)}")
    given["buckets"] = {key: given[name] for key, name in names.items()}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        wrong = library_words(error)
        raise Transient("settings.invalid", f"invalid environment variables: {wrong}") from error
