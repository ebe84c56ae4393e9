"""Faults of moments that the columns of BigQuery do not hold."""

from typing import Final

OUT_OF_YEARS: Final = ("bigquery.range", "is outside the years 0001 to 9999")
TOO_FINE: Final = ("bigquery.scale", "has digits beyond the microsecond, which BigQuery drops")
