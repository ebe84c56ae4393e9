"""The gRPC API of the broker: google.pubsub.v1 requests, responses and errors."""
