"""The delivery protocol: identities, ledger, events, messages and dead letters."""
