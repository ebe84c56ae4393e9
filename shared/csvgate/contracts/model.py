"""The contract of a dataset, as its YAML says it.

`schema` and `dialect` use the property names of Frictionless Table Schema and CSV Dialect.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Scalar = str | bool | int | float
FieldType = Literal["string", "integer", "number", "boolean", "date", "time", "datetime"]


class Model(BaseModel):
    """Unknown properties are mistakes: a misspelt rule must not pass for a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Constraints(Model):
    required: bool = False
    unique: bool = False
    min_length: Annotated[int, Field(ge=0)] | None = Field(None, alias="minLength")
    max_length: Annotated[int, Field(ge=0)] | None = Field(None, alias="maxLength")
    minimum: Scalar | None = None
    maximum: Scalar | None = None
    exclusive_minimum: Scalar | None = Field(None, alias="exclusiveMinimum")
    exclusive_maximum: Scalar | None = Field(None, alias="exclusiveMaximum")
    pattern: str | None = None
    enum: tuple[Scalar, ...] | None = None


class SchemaField(Model):
    name: Annotated[str, Field(min_length=1)]
    type: FieldType = "string"
    format: str = "default"
    bigquery: str | None = None
    constraints: Constraints = Constraints()
    missing_values: tuple[str, ...] | None = Field(None, alias="missingValues")
    sensitive: bool = False
    title: str | None = None
    description: str | None = None
    decimal_char: str = Field(".", alias="decimalChar")
    group_char: str | None = Field(None, alias="groupChar")
    bare_number: bool = Field(True, alias="bareNumber")
    true_values: tuple[str, ...] = Field(("true", "True", "TRUE", "1"), alias="trueValues")
    false_values: tuple[str, ...] = Field(("false", "False", "FALSE", "0"), alias="falseValues")


class Schema(Model):
    fields: Annotated[tuple[SchemaField, ...], Field(min_length=1)]
    missing_values: tuple[str, ...] = Field(("",), alias="missingValues")
    primary_key: tuple[str, ...] | str | None = Field(None, alias="primaryKey")


class Dialect(Model):
    delimiter: str = ","
    quote_char: str = Field('"', alias="quoteChar")
    double_quote: bool = Field(True, alias="doubleQuote")
    escape_char: str | None = Field(None, alias="escapeChar")
    skip_initial_space: bool = Field(False, alias="skipInitialSpace")
    header: bool = True


class Destination(Model):
    dataset: str
    table: str
    partition_by: str | None = None
    cluster_by: tuple[str, ...] = ()


class Limits(Model):
    """Beyond these the whole upload is refused. `max_bytes` is in bytes once loaded ("5GiB" in YAML)."""

    rejected_rate: Annotated[float, Field(ge=0, le=1)] = 1.0
    rejected_rows: Annotated[int, Field(ge=0)] | None = None
    max_bytes: int | None = None


class Lookup(Model):
    reference: str
    by: str
    add: Annotated[tuple[str, ...], Field(min_length=1)]


class Derivation(Model):
    sql: str
    bigquery: str


class EnrichStep(Model):
    """Exactly one of the two."""

    lookup: Lookup | None = None
    derive: Mapping[str, Derivation] | None = None


class Reference(Model):
    """A small CSV in the reference bucket. `columns` gives BigQuery types where the default
    (NUMERIC where every value is a plain number, otherwise STRING) is not wanted."""

    object: str
    key: str
    columns: Mapping[str, str] = {}


class Notify(Model):
    completed: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class Contract(Model):
    dataset: str
    match: Annotated[tuple[str, ...], Field(min_length=1)]
    encoding: str = "utf-8"
    dialect: Dialect = Dialect()
    schema_: Schema = Field(alias="schema")
    destination: Destination
    on_overwrite: Literal["append", "refuse"] = "append"
    limits: Limits = Limits()
    enrich: tuple[EnrichStep, ...] = ()
    references: Mapping[str, Reference] = {}
    notify: Notify = Notify()
