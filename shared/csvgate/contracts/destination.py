"""`destination`: the BigQuery table of a contract, with its partitions and options."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_serializer

from csvgate.contracts.table_schema import Model

TimeUnit = Literal["hour", "day", "month", "year"]


class PartitionBy(Model):
    """Partitions by the time units of a column, by ranges of an integer column, or, without a
    column, by the time at which rows arrive."""

    column: str | None = Field(
        None,
        description="A DATE, DATETIME or TIMESTAMP column, or an INT64 column for ranges. Without "
        "it, rows are partitioned by the time at which they arrive.",
    )
    unit: TimeUnit | None = Field(
        None, description="The length of a partition: hour, day, month or year. The default is day."
    )
    start: int | None = Field(None, description="For ranges: where the first one starts.")
    end: int | None = Field(None, description="For ranges: where the last one ends, exclusive.")
    step: int | None = Field(None, description="For ranges: the width of each.")

    @property
    def is_range(self) -> bool:
        """Return whether any property of ranges is given."""
        return (self.start, self.end, self.step) != (None, None, None)

    @model_serializer
    def _dump(self) -> Any:
        """Return the short form where there is one, so that both forms have the same hash."""
        if self.column is not None and self.unit in (None, "day") and not self.is_range:
            return self.column
        return {name: value for name, value in self if value is not None}


def _short(value: object) -> object:
    """Read the short form, and leave out a unit that is the default, so that equal partitions are
    equal objects."""
    if isinstance(value, str):
        return PartitionBy(column=value)
    if isinstance(value, dict) and value.keys() == {"column", "unit"} and value["unit"] == "day":
        return {"column": value["column"]}
    return value


class Destination(Model):
    """The BigQuery table; it is created if it does not exist."""

    dataset: str = Field(description="The BigQuery dataset; it must exist.")
    table: str = Field(description="The table's name.")
    partition_by: Annotated[
        PartitionBy | None,
        BeforeValidator(_short, json_schema_input_type=PartitionBy | str | None),
    ] = Field(
        None,
        description="Partition by day on this DATE, DATETIME or TIMESTAMP column; or by a mapping "
        "with `column` and `unit`, with `column`, `start`, `end` and `step` for integers, or with "
        "`unit` only for the time at which rows arrive.",
    )
    partition_expiry_days: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        None,
        description="BigQuery deletes a partition this many days after its end, with its rows.",
    )
    require_partition_filter: bool | None = Field(
        None, description="Whether BigQuery refuses queries without a filter on the partition."
    )
    cluster_by: tuple[str, ...] = Field((), description="Cluster by these columns, at most four.")
    labels: Mapping[str, str] = Field({}, description="Labels of the table, name to value.")
