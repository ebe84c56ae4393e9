"""A Pub/Sub subscriber for an emulator that takes messages of any size."""

import grpc
from google.cloud.pubsub_v1 import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

OPTIONS = (
    # The channel that the library makes for an emulator stops at 4 MB, and so on any larger
    # message or backlog.
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_http_proxy", 0),
    # A killed broker comes back within seconds; the default backoff reaches minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)


def subscriber(host: str) -> SubscriberClient:
    """`host` is host:port, as PUBSUB_EMULATOR_HOST has it."""
    channel = grpc.insecure_channel(host, options=OPTIONS)
    return SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
