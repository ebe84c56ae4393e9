"""An embedded Pub/Sub broker: google.pubsub.v1 over gRPC, durable in one SQLite file.

A message passes through these modules:

    api/server, api/methods       the gRPC server; errors become status codes
    api/publisher, api/subscriber,
      api/streaming               the methods of the API: request in, response out
    broker, catalog               publishing, fan-out and dead-letter forwarding under one lock
    delivery/subscription         one subscription's lock, its waiting consumers, acknowledgements
    delivery/backlog, entry, flow what is delivered next, leases and flow control (pure)
    delivery/timer, retention     what happens when time passes
    store/                        the tables; each method of a store is one transaction

`api/settings`, `api/limits`, `api/names`, `api/errors` and `delivery/backoff` hold the service's
rules. It serves what csvgate uses and answers UNIMPLEMENTED, with the feature's name, to filters,
ordering, exactly-once delivery, seek, snapshots, detaching and push.

`api.server.BrokerServer` runs the broker in-process, for tests. `local.google_emulator` starts
Google's emulator instead.
"""
