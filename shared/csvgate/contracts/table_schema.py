"""`schema`: Frictionless Table Schema, by its property names."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetPydanticSchema,
)
from pydantic_core import core_schema

from csvgate.types.list import ITEM_TYPES
from csvgate.types.registry import FIELD_TYPES

_Scalar = str | bool | int | Annotated[float, Field(allow_inf_nan=False)]
_TypeName = Annotated[
    str, GetPydanticSchema(lambda _, __: core_schema.literal_schema([*FIELD_TYPES]))
]

_ItemTypeName = Annotated[
    str, GetPydanticSchema(lambda _, __: core_schema.literal_schema([*ITEM_TYPES]))
]


class Model(BaseModel):
    """The base of all parts of a contract. An unknown property is a mistake: a misspelt rule must
    not go unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Constraints(Model):
    """Rules for the values of a field, beyond its type."""

    required: bool = Field(False, description="A missing value is a fault.")
    unique: bool | Literal["table"] = Field(
        False,
        description="The first row with a value is accepted, later ones are rejected. table: in "
        "addition, an upload with a value that the table has already is rejected as a whole.",
    )
    min_length: Annotated[int, Field(ge=0)] | None = Field(
        None,
        alias="minLength",
        description="In characters for a string, in entries for an object, array or list.",
    )
    max_length: Annotated[int, Field(ge=0)] | None = Field(
        None,
        alias="maxLength",
        description="In characters for a string, in entries for an object, array or list.",
    )
    minimum: _Scalar | None = Field(None, description="The least value allowed.")
    maximum: _Scalar | None = Field(None, description="The greatest value allowed.")
    exclusive_minimum: _Scalar | None = Field(
        None, alias="exclusiveMinimum", description="Values must be greater than this."
    )
    exclusive_maximum: _Scalar | None = Field(
        None, alias="exclusiveMaximum", description="Values must be less than this."
    )
    pattern: str | None = Field(
        None, description="A regular expression in RE2 syntax that the whole text must match."
    )
    enum: tuple[_Scalar, ...] | None = Field(None, description="The only values allowed.")

    def limiting(self) -> frozenset[str]:
        """Return the names of the constraints given that limit single values: all but `required`
        and `unique`."""
        return frozenset(
            field.alias or name
            for name, field in type(self).model_fields.items()
            if name not in ("required", "unique") and getattr(self, name) is not None
        )


class SchemaField(Model):
    """A column of the file, and of the table."""

    name: Annotated[str, Field(min_length=1)] = Field(
        description="The column's name in BigQuery, and the label in the file's header."
    )
    label: str | tuple[str, ...] | None = Field(
        None,
        description="The label in the file's header if it differs from the name, or a list of "
        'labels of which a header has one. "" is the label of a column without a name.',
    )
    optional: bool = Field(
        False,
        description="The column may be absent from a file. Its cells are then missing values.",
    )
    default: str | None = Field(
        None,
        description="The cell, as the file would write it, that stands for missing values.",
    )
    type: _TypeName = Field("string", description="The Table Schema type of the values.")
    format: str | tuple[str, ...] = Field(
        "default",
        description="string: email, uri, uuid or binary; date, time, datetime: any, or a strptime "
        "pattern, or a list of formats; date, datetime: excel; datetime: epoch or epoch_ms; "
        "geopoint: array or object.",
    )
    bigquery: str | None = Field(
        None,
        description="The column's BigQuery type as DDL writes it, e.g. NUMERIC(12, 2).",
    )
    constraints: Constraints = Field(Constraints.model_construct(), description=Constraints.__doc__)
    missing_values: tuple[str, ...] | None = Field(
        None,
        alias="missingValues",
        description="The texts of cells without a value in this field; they replace the schema's.",
    )
    trim: bool | None = Field(
        None,
        description="Remove spaces around each cell before anything else; replaces the schema's.",
    )
    replace: Mapping[str, str] = Field(
        {},
        description="Whole cells, after trimming, and the texts that they stand for, e.g. J: true.",
    )
    sensitive: bool = Field(
        False, description="Mask values wherever people could read them: emails, dead letters."
    )
    title: str | None = Field(
        None, description="A title, used as the column's description if there is no other."
    )
    description: str | None = Field(None, description="The column's description in BigQuery.")
    language: str | None = Field(
        None,
        description="date, datetime: the language of the names of months and days in a pattern, "
        "e.g. de; English if it is not given.",
    )
    timezone: str | None = Field(
        None,
        description="datetime: the IANA name of the time zone of cells that name none, e.g. "
        "Europe/Berlin.",
    )
    decimal_char: str = Field(
        ".",
        alias="decimalChar",
        description="integer, number: the decimal point; for an integer with wholeDecimals only.",
    )
    group_char: str | None = Field(
        None,
        alias="groupChar",
        description="integer, number: the character between thousands, e.g. a comma; a space "
        "stands for all kinds of spaces.",
    )
    bare_number: bool = Field(
        True,
        alias="bareNumber",
        description="integer, number: if false, any text around the number is dropped; affixes "
        "is safer.",
    )
    affixes: tuple[str, ...] = Field(
        (),
        description="integer, number: texts that may stand before or after the number, such as €.",
    )
    percent_as_fraction: bool = Field(
        False,
        alias="percentAsFraction",
        description="number: every cell has the sign %, and 12.5% is 0.125.",
    )
    negative: tuple[Literal["leading", "trailing", "parentheses"], ...] = Field(
        ("leading",),
        description="integer, number: how a negative number may be written: -5, 5- or (5).",
    )
    whole_decimals: bool = Field(
        False,
        alias="wholeDecimals",
        description="integer: zeros after a decimal point are accepted, so that 5.0 is 5.",
    )
    item_type: _ItemTypeName = Field(
        "string", alias="itemType", description="list: the type of the items."
    )
    delimiter: str = Field(",", description="list: the text between the items.")
    true_values: tuple[str, ...] = Field(
        ("true", "True", "TRUE", "1"),
        alias="trueValues",
        description="boolean: the texts for true.",
    )
    false_values: tuple[str, ...] = Field(
        ("false", "False", "FALSE", "0"),
        alias="falseValues",
        description="boolean: the texts for false.",
    )

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats of the cells, in the order in which they are tried."""
        return (self.format,) if isinstance(self.format, str) else self.format

    @property
    def header_label(self) -> str:
        """The label of the column in the file's header; the first of several."""
        return self.header_labels[0]

    @property
    def header_labels(self) -> tuple[str, ...]:
        """The labels that the column may have in the file's header."""
        if self.label is None:
            return (self.name,)
        return (self.label,) if isinstance(self.label, str) else self.label


def _as_tuple(key: tuple[str, ...] | str | None) -> tuple[str, ...] | str | None:
    return (key,) if isinstance(key, str) else key


def _listed(names: object) -> object:
    if isinstance(names, str):
        return (names,)
    return tuple(names) if isinstance(names, list) else names


Names = Annotated[
    tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=tuple[str, ...] | str)
]
"""Names in a list; a single name may be written without one."""


class ForeignKeyReference(Model):
    """The columns of a reference that must have the values of a foreign key."""

    resource: str = Field(description="A name under `references`.")
    fields: Names = Field(description="Columns of the reference, one for each field of the key.")


class ForeignKey(Model):
    """Fields whose values must be in a reference."""

    fields: Names = Field(description="Fields of this schema. A single name needs no list.")
    reference: ForeignKeyReference = Field(description=ForeignKeyReference.__doc__)


FieldsMatch = Literal["exact", "equal", "subset", "superset", "partial"]
ExtraColumns = Literal["refuse", "ignore", "rescue"]


class Schema(Model):
    """The columns of the file."""

    title: str | None = Field(
        None, description="Becomes the table's description if there is no other."
    )
    description: str | None = Field(None, description="Becomes the table's description.")
    fields: Annotated[tuple[SchemaField, ...], Field(min_length=1)] = Field(
        description="The file's columns, in the order of the table's columns."
    )
    missing_values: tuple[str, ...] = Field(
        ("",), alias="missingValues", description="The texts of cells without a value."
    )
    trim: bool = Field(
        False, description="Remove spaces of any kind around each cell before anything else."
    )
    primary_key: Annotated[tuple[str, ...] | str | None, AfterValidator(_as_tuple)] = Field(
        None,
        alias="primaryKey",
        description="Fields that are required, and unique together. A single name needs no list.",
    )
    """A tuple of names, or None; validation turns a single name into a tuple."""
    primary_key_in: Literal["file", "table"] = Field(
        "file",
        alias="primaryKeyIn",
        description="Where the primary key is unique. file: in each file; table: in addition, an "
        "upload with a key that the table has already is rejected as a whole.",
    )
    foreign_keys: tuple[ForeignKey, ...] = Field(
        (), alias="foreignKeys", description="Keys that must be in `references`."
    )
    fields_match: FieldsMatch = Field(
        "equal",
        alias="fieldsMatch",
        description="The columns of a file. equal: one for each field, in any order; exact: the "
        "same in the order of the fields; subset: these and perhaps others; superset: some of "
        "them; partial: some of them and perhaps others.",
    )
    extra_columns: ExtraColumns | None = Field(
        None,
        alias="extraColumns",
        description="What happens if a file has columns that are not among the fields. refuse: "
        "the file is refused; ignore: they are not read; rescue: their cells go into one JSON "
        "column of the table. The default follows from fieldsMatch.",
    )
    rescue_column: Annotated[str, Field(min_length=1)] = Field(
        "rescued",
        alias="rescueColumn",
        description="The name of the table's column with the rescued cells, by label.",
    )

    @property
    def unknown_columns(self) -> ExtraColumns:
        """What happens if a file has columns that are not among the fields."""
        if self.extra_columns is not None:
            return self.extra_columns
        return "ignore" if self.fields_match in ("subset", "partial") else "refuse"

    @property
    def rescues(self) -> bool:
        """Whether the table has a column with the cells of columns that are not among the
        fields."""
        return self.unknown_columns == "rescue"

    def may_lack(self, field: SchemaField) -> bool:
        """Return whether the column of a field may be absent from a file. Under superset and
        partial, only columns whose cells may be missing can be absent."""
        if self.fields_match not in ("superset", "partial"):
            return field.optional
        needs_cells = field.constraints.required and field.default is None
        return not needs_cells and field.name not in (self.primary_key or ())
