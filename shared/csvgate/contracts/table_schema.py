"""`schema` and `dialect`: Frictionless Table Schema and CSV Dialect, by their property names."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from csvgate.contracts.base import Model, Scalar

FieldType = Literal["string", "integer", "number", "boolean", "date", "time", "datetime"]


class Constraints(Model):
    """What a value must fulfil beyond its type."""

    required: bool = Field(False, description="An empty cell is a fault.")
    unique: bool = Field(
        False, description="The first occurrence in the file stands, later ones are rejected."
    )
    min_length: Annotated[int, Field(ge=0)] | None = Field(
        None, alias="minLength", description="In characters; string fields."
    )
    max_length: Annotated[int, Field(ge=0)] | None = Field(
        None, alias="maxLength", description="In characters; string fields."
    )
    minimum: Scalar | None = Field(None, description="The least value allowed.")
    maximum: Scalar | None = Field(None, description="The greatest value allowed.")
    exclusive_minimum: Scalar | None = Field(
        None, alias="exclusiveMinimum", description="Values must be greater than this."
    )
    exclusive_maximum: Scalar | None = Field(
        None, alias="exclusiveMaximum", description="Values must be less than this."
    )
    pattern: str | None = Field(
        None, description="A Python regular expression that the whole text must match."
    )
    enum: tuple[Scalar, ...] | None = Field(None, description="The only values allowed.")


class SchemaField(Model):
    """A column of the file, and of the table."""

    name: Annotated[str, Field(min_length=1)] = Field(
        description="The label in the file's header, and the column's name in BigQuery."
    )
    type: FieldType = Field("string", description="The Table Schema type of the values.")
    format: str = Field(
        "default",
        description="string: email, uri or uuid; date, time, datetime: any, or a strptime pattern.",
    )
    bigquery: str | None = Field(
        None,
        description="The column's BigQuery type as DDL spells it, e.g. NUMERIC(12, 2).",
    )
    constraints: Constraints = Field(Constraints(), description=Constraints.__doc__)
    missing_values: tuple[str, ...] | None = Field(
        None,
        alias="missingValues",
        description="Texts that stand for no value in this field, instead of the schema's.",
    )
    sensitive: bool = Field(
        False, description="Mask values wherever a person might read them: emails, dead letters."
    )
    title: str | None = Field(None, description="For people; becomes no rule.")
    description: str | None = Field(None, description="The column's description in BigQuery.")
    decimal_char: str = Field(".", alias="decimalChar", description="number: the decimal point.")
    group_char: str | None = Field(
        None, alias="groupChar", description="integer, number: between thousands, e.g. a comma."
    )
    bare_number: bool = Field(
        True,
        alias="bareNumber",
        description="integer, number: when false, leading and trailing text such as € or % is "
        "dropped.",
    )
    true_values: tuple[str, ...] = Field(
        ("true", "True", "TRUE", "1"), alias="trueValues", description="boolean: texts for true."
    )
    false_values: tuple[str, ...] = Field(
        ("false", "False", "FALSE", "0"),
        alias="falseValues",
        description="boolean: texts for false.",
    )


def _as_tuple(key: tuple[str, ...] | str | None) -> tuple[str, ...] | str | None:
    return (key,) if isinstance(key, str) else key


class Schema(Model):
    """The columns of the file."""

    fields: Annotated[tuple[SchemaField, ...], Field(min_length=1)] = Field(
        description="The file's columns, in the order that the table will have."
    )
    missing_values: tuple[str, ...] = Field(
        ("",), alias="missingValues", description="Texts that stand for no value."
    )
    primary_key: Annotated[tuple[str, ...] | str | None, AfterValidator(_as_tuple)] = Field(
        None,
        alias="primaryKey",
        description="Fields that are required, and unique together. A single name may stand alone.",
    )
    """A tuple of names, or None; a single name is made a tuple when validated."""


class Dialect(Model):
    """How the CSV is written."""

    delimiter: str = Field(",", description="Between cells.")
    quote_char: str = Field('"', alias="quoteChar", description="Around cells that need it.")
    double_quote: bool = Field(
        True, alias="doubleQuote", description="A quote inside a quoted cell is written twice."
    )
    escape_char: str | None = Field(
        None, alias="escapeChar", description="Takes the next character as it is."
    )
    skip_initial_space: bool = Field(
        False, alias="skipInitialSpace", description="Ignore spaces after a delimiter."
    )
    header: bool = Field(True, description="The first record names the columns.")
