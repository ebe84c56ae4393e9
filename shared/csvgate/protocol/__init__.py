"""The delivery protocol: identifiers, ledger, events, messages and dead letters."""
