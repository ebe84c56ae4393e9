"""Structured logs: one JSON object per line on standard output, which Cloud Logging parses.

Callers name every field, so that neither row content nor a secret gets into the log by accident.
"""

import json
import logging
import sys
import time
from collections.abc import Mapping
from typing import Any

from csvgate.runtime.library_words import places

_LOGGER = "csvgate"


class JsonFormatter(logging.Formatter):
    """Formats a record as the JSON object that Cloud Logging expects."""

    def __init__(self, project: str, function: str) -> None:
        super().__init__()
        self._project = project
        self._function = function

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = dict(getattr(record, "fields", {}))
        entry: dict[str, Any] = {
            "severity": record.levelname,
            "message": record.getMessage(),
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z",
            "function": self._function,
        }
        trace = fields.pop("trace", "")
        if trace.count("-") == 3:
            trace_id = trace.split("-")[1]
            entry["logging.googleapis.com/trace"] = f"projects/{self._project}/traces/{trace_id}"
        entry.update({k: v for k, v in fields.items() if v is not None})
        if record.exc_info and record.exc_info[1] is not None:
            # A traceback would repeat the words of libraries, which may quote a row.
            entry["exception"] = places(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False, default=str)


def configure(*, level: str, project: str, function: str) -> None:
    """Send csvgate's log to standard output. A second call replaces the first one's handler."""
    handler = logging.StreamHandler(sys.stdout)
    formatter = JsonFormatter(project, function)
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logger = logging.getLogger(_LOGGER)
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(level)


def log(
    severity: str, message: str, fields: Mapping[str, Any] | None = None, *, exc_info: bool = False
) -> None:
    """Write one entry: `log("INFO", "committed", {"upload": …, "rows": …})`. `exc_info` adds where
    the exception that is being handled was raised."""
    named = dict(fields or {})
    error = sys.exc_info()[1] if exc_info else None
    if error is not None:
        named["exception"] = places(error)
    severity_number = logging.getLevelNamesMapping()[severity]
    logging.getLogger(_LOGGER).log(severity_number, message, extra={"fields": named})
