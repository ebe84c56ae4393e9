"""A function's settings from its environment, read once by `build()` and never at import."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from csvgate.runtime.errors import Transient
from csvgate.runtime.library_words import library_words


class Settings(BaseModel):
    """A field's alias is its environment variable; the values come from deploy/topology.yaml."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    project: str = Field(alias="GOOGLE_CLOUD_PROJECT")
    function: str = Field("unknown", alias="CSVGATE_FUNCTION")
    revision: str = Field("unknown", alias="K_REVISION")
    log_level: str = Field("INFO", alias="LOG_LEVEL")
    uploads_bucket: str = Field(alias="CSVGATE_UPLOADS_BUCKET")
    rejects_bucket: str = Field(alias="CSVGATE_REJECTS_BUCKET")
    staging_bucket: str = Field(alias="CSVGATE_STAGING_BUCKET")
    ledger_bucket: str = Field(alias="CSVGATE_LEDGER_BUCKET")
    references_bucket: str = Field(alias="CSVGATE_REFERENCES_BUCKET")
    validated_topic: str = Field("validated-records", alias="CSVGATE_VALIDATED_TOPIC")
    complete_topic: str = Field("enrichment-complete", alias="CSVGATE_COMPLETE_TOPIC")
    dead_letter_topic: str = Field(alias="CSVGATE_DEAD_LETTER_TOPIC")
    contracts_bucket: str = Field("", alias="CSVGATE_CONTRACTS_BUCKET")
    """The bucket with the contracts that are in use. If it is empty, they are the YAML files in
    `contracts_dir`."""
    contracts_dir: str = Field("contracts", alias="CSVGATE_CONTRACTS_DIR")
    """Relative to the function's source folder."""
    chunk_bytes: Annotated[int, Field(gt=0)] = Field(16 * 1024 * 1024, alias="CSVGATE_CHUNK_BYTES")
    max_delivery_attempts: Annotated[int, Field(ge=5, le=100)] = Field(
        5, alias="CSVGATE_MAX_DELIVERY_ATTEMPTS"
    )
    concurrency: Annotated[int, Field(ge=1)] = Field(1, alias="CSVGATE_CONCURRENCY")
    """Requests that an instance handles at the same time."""
    processors: Annotated[int, Field(ge=1)] | None = Field(None, alias="CSVGATE_PROCESSORS")
    """The number of processors that the instance pays for; None for all that it may run on."""
    timeout_seconds: Annotated[int, Field(ge=60)] = Field(540, alias="CSVGATE_TIMEOUT_SECONDS")
    """When the platform ends a request."""
    read_bytes_per_second: Annotated[int, Field(ge=1)] | None = Field(
        None, alias="CSVGATE_READ_BYTES_PER_SECOND"
    )
    """The most bytes of a file that validate_and_parse reads in a second. A file that would take
    longer than the timeout even at this rate is refused at once; None refuses no file."""
    small_uploads: Literal["shared", "pending"] = Field("shared", alias="CSVGATE_SMALL_UPLOADS")
    """How uploads of one small chunk are loaded: over a COMMITTED stream that they share, or over a
    pending stream of their own."""
    stream_hour_seconds: Annotated[int, Field(ge=1)] = Field(
        3600, alias="CSVGATE_STREAM_HOUR_SECONDS"
    )
    """The unit of `csvgate.protocol.stream_ages`; another value is only right for an emulator."""
    breaker_window_seconds: Annotated[int, Field(ge=60, le=86_400)] = Field(
        600, alias="CSVGATE_BREAKER_WINDOW_SECONDS"
    )
    breaker_letters: Annotated[int, Field(ge=2, le=1000)] = Field(
        50, alias="CSVGATE_BREAKER_LETTERS"
    )
    breaker_share: Annotated[float, Field(gt=0, le=1)] = Field(0.9, alias="CSVGATE_BREAKER_SHARE")
    bigquery_location: str = Field("EU", alias="CSVGATE_BIGQUERY_LOCATION")
    sender: str = Field("csvgate@localhost", alias="CSVGATE_SENDER")
    sendgrid_api_key: str = Field("", alias="SENDGRID_API_KEY", repr=False)
    sendgrid_host: str = Field("https://api.sendgrid.com", alias="SENDGRID_HOST")
    console_url: str = Field(
        "https://storage.cloud.google.com", alias="CSVGATE_STORAGE_CONSOLE_URL"
    )
    """The prefix of links to reject files in emails; /BUCKET/NAME is appended."""


SECRETS: Final = ("SENDGRID_API_KEY",)


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises Transient `settings.invalid`, which names every invalid variable:
    after a bad deploy the messages must wait in their subscription."""
    given = {k: v for k, v in environment.items() if v != ""} | _secrets_from_files(environment)
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        wrong = library_words(error)
        raise Transient("settings.invalid", f"invalid environment variables: {wrong}") from error


def _secrets_from_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Read the secrets that are mounted as files: X_FILE is the path of the file with X."""
    paths = {name: environment.get(f"{name}_FILE") for name in SECRETS}
    try:
        return {name: Path(path).read_text("utf-8").strip() for name, path in paths.items() if path}
    except (OSError, UnicodeDecodeError) as error:
        raise Transient(
            "settings.invalid", f"cannot read the file of a secret: {library_words(error)}"
        ) from error
