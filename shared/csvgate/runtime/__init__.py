"""What every function runs on: start-up, settings, logs, failure boundary and breaker."""
