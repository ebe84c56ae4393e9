"""Makes a Pub/Sub subscriber for an emulator that accepts messages of any size."""

import grpc
from google.cloud.pubsub_v1 import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

OPTIONS = (
    # The library's channel for an emulator accepts 4 MB at most, and then stalls on a larger
    # message or backlog.
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_http_proxy", 0),
    # A killed broker is restarted within seconds, but the default backoff reaches minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)


def subscriber(host: str) -> SubscriberClient:
    """Return a subscriber for `host`, which is host:port as in PUBSUB_EMULATOR_HOST."""
    channel = grpc.insecure_channel(host, options=OPTIONS)
    return SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
