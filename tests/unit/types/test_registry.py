"""What every field type must declare. A new type fails here until it is complete."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from csvgate.contracts.model import Constraints, SchemaField
from csvgate.types.bigquery import KINDS
from csvgate.types.common.field_type import FieldType
from csvgate.types.registry import FIELD_TYPES
from csvgate.validation.codes import CODES
from unit.types.cell import read

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "csvgate" / "types"
NOT_TYPES = {"__init__", "bigquery", "registry"}
OF_ALL_TYPES = {
    "name", "label", "type", "format", "bigquery", "constraints", "missingValues", "sensitive",
    "title", "description", "trim", "replace", "optional", "default",
}  # fmt: skip
TYPES = pytest.mark.parametrize("kind", FIELD_TYPES.values(), ids=lambda kind: str(kind.name))


def test_each_module_is_one_type_and_is_registered() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - NOT_TYPES
    assert modules == set(FIELD_TYPES)
    for name, kind in FIELD_TYPES.items():
        assert type(kind).__module__ == f"csvgate.types.{name}"
        module = vars(import_module(type(kind).__module__)).values()
        own = [c for c in module if isinstance(c, type) and c.__module__ == type(kind).__module__]
        assert [c for c in own if issubclass(c, FieldType)] == [type(kind)]


@TYPES
def test_its_example_is_read_into_each_of_its_columns(kind: FieldType) -> None:
    assert set(kind.columns) <= KINDS
    assert len(set(kind.columns)) == len(kind.columns)
    for column in kind.columns:
        if kind.name == "string" and column in ("JSON", "BYTES"):
            continue  # These hold only some texts.
        found = read(_example(kind, column), type=kind.name, bigquery=column)
        assert not isinstance(found, list), f"{column}: {found}"
        assert found is not None


def _example(kind: FieldType, column: str) -> str:
    return kind.example.removesuffix("Z") if column == "DATETIME" else kind.example


@TYPES
def test_its_codes_are_listed_and_belong_to_it(kind: FieldType) -> None:
    for fault in kind.faults:
        assert CODES[fault.code][1:] == (fault.title, fault.meaning)
        assert fault.format in kind.format_names
        named_after = fault.format if fault.code.startswith("format.") else kind.name
        assert fault.code.endswith(f".{named_after}")
        field = {"type": kind.name, "format": fault.format, **fault.properties}
        assert [fault.code] == read(fault.example, **field)


@TYPES
def test_only_a_type_that_takes_every_text_has_no_code(kind: FieldType) -> None:
    assert bool(kind.faults) or kind.is_text


@TYPES
def test_its_formats_go_into_columns_of_the_type(kind: FieldType) -> None:
    for columns in kind.formats.values():
        assert columns
        assert set(columns) <= set(kind.columns)


@TYPES
def test_its_properties_and_constraints_exist(kind: FieldType) -> None:
    assert kind.properties <= _aliases(SchemaField)
    assert kind.constraints <= _aliases(Constraints)


def test_each_property_applies_to_all_types_or_names_its_types() -> None:
    for name, property_ in SchemaField.model_fields.items():
        alias = property_.alias or name
        types = [type_ for type_, kind in FIELD_TYPES.items() if alias in kind.properties]
        assert bool(types) != (alias in OF_ALL_TYPES), alias
        if types:
            assert str(property_.description).startswith(f"{', '.join(types)}: ")


@TYPES
def test_a_wrong_declared_value_is_explained(kind: FieldType) -> None:
    wrong = 1.5 if kind.name == "boolean" else True
    with pytest.raises(ValueError, match=f"is not {re.escape(kind.declared_as)}"):
        kind.cast(wrong)


def _aliases(model: type[SchemaField] | type[Constraints]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}
