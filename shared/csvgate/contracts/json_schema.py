"""Generates the JSON Schema of contracts, for editors that complete and check YAML.

python -m csvgate.contracts.json_schema > docs/contract.schema.json
"""

import json
import sys
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from csvgate.contracts.model import Contract

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _ForEditors(GenerateJsonSchema):
    """Leaves out repetitions: titles that equal names, and defaults that are objects."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if isinstance(schema.get("default"), BaseModel):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def contract_schema() -> str:
    """Return the schema as text; the same on each run."""
    schema = Contract.model_json_schema(by_alias=True, schema_generator=_ForEditors)
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(contract_schema())
