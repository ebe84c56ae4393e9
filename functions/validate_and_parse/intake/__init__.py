"""An uploaded CSV: pinned to a plan, read, validated, and handed on as chunks and rejected rows."""
