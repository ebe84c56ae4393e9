"""Start-up, settings, logs, failure boundary and breaker of every function."""
