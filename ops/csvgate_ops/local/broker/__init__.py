"""Pub/Sub for one machine: google.pubsub.v1 over gRPC, durable in one SQLite file.

The way of a message, and the file for each step:

    server, methods        gRPC methods; errors become status codes
    publisher, subscriber,  one class per part of the API: request in, response out
      snapshots, streaming
    broker                 publishing and fan-out under one lock; dead-letter forwarding
    subscription           one subscription's lock, waiting consumers, settling
    backlog, lane, entry   what is to be delivered next, leases, order by key (pure)
    timer, retention       what happens because time passes
    message_store,         the tables, one transaction per method
      topology_store, replay_store, database, schema, body_cache

`settings`, `limits`, `names`, `filters`, `backoff` and `errors` hold the service's rules.
`google` starts Google's own emulator instead. `server.BrokerServer` runs in-process, for tests.
"""
