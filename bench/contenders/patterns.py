"""Patterns of formats, for contenders that do not have these formats."""

from typing import Final

EMAIL: Final = r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+"
"""Looser than csvgate's own rule, and therefore cheaper."""
UUID: Final = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
