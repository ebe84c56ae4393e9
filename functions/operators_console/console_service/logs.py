"""Structured logs of the console, whose modules use the standard library's loggers."""

import logging
from typing import Final

from csvgate.runtime.log import configure

_OURS: Final = ("csvgate_ops", "console_service")


def configure_logs(*, level: str, project: str) -> None:
    """Send the logs of csvgate and of the console to standard output, as Cloud Logging parses
    them."""
    configure(level=level, project=project, function="operators_console")
    for name in _OURS:
        logger = logging.getLogger(name)
        logger.handlers[:] = logging.getLogger("csvgate").handlers
        logger.propagate = False
        logger.setLevel(level)
