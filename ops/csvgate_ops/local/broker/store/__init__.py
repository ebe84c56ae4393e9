"""Storage of the broker: topics, subscriptions and messages in SQLite."""
