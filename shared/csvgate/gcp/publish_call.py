"""The method `Publish` of Pub/Sub, over google-api-core.

google-cloud-pubsub would do the same with the same parts: the channel, its credentials, the errors
and the retries are google-api-core's in both. But it always imports its clients of three services,
for threads and for asyncio, which takes about as long as importing the client of Cloud Storage.

Source: google/pubsub/v1/pubsub.proto in github.com/googleapis/googleapis.
"""

import os
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

import grpc
from google.api_core.grpc_helpers import create_channel, wrap_errors
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_HOST: Final = "pubsub.googleapis.com"
_METHOD: Final = "/google.pubsub.v1.Publisher/Publish"
_PACKAGE: Final = "google.pubsub.v1"
_SCOPES: Final = ("https://www.googleapis.com/auth/pubsub",)
_OPTIONS: Final = (
    # The service, and not the channel, bounds the size of a message.
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.keepalive_time_ms", 30_000),
)
_Field = descriptor_pb2.FieldDescriptorProto


class PublishCall:
    """Calls the method over one channel, which connects at the first call. PUBSUB_EMULATOR_HOST
    (host:port) points it at an emulator, as it does Google's clients."""

    def __init__(self, credentials: Any = None) -> None:
        emulator = os.environ.get("PUBSUB_EMULATOR_HOST")
        if emulator:
            channel = grpc.insecure_channel(emulator, options=_OPTIONS)
        else:
            channel = create_channel(
                f"{_HOST}:443",
                credentials=credentials,
                default_scopes=_SCOPES,
                default_host=_HOST,
                options=_OPTIONS,
            )
        self._call: Callable[..., Any] = wrap_errors(  # type: ignore[no-untyped-call]
            channel.unary_unary(
                _METHOD,
                request_serializer=PublishRequest.SerializeToString,
                response_deserializer=PublishResponse.FromString,
            )
        )

    def __call__(self, request: Any, timeout: float) -> Any:
        """Send a PublishRequest and return the PublishResponse, or raise a GoogleAPICallError.
        `timeout` are the seconds that the call may take."""
        # The service routes the call by this header.
        topic = urlencode({"topic": request.topic}, safe="/")
        return self._call(request, timeout=timeout, metadata=[("x-goog-request-params", topic)])


def _field(name: str, number: int, type_: str, *, repeated: bool = False) -> Any:
    """Return a FieldDescriptorProto. `type_` is `string`, `bytes`, or the name of a message."""
    label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
    field = _Field(name=name, number=number, label=label)
    if type_ in ("string", "bytes"):
        field.type = _Field.TYPE_STRING if type_ == "string" else _Field.TYPE_BYTES
    else:
        field.type, field.type_name = _Field.TYPE_MESSAGE, f".{_PACKAGE}.{type_}"
    return field


def _file() -> Any:
    """Return, as a FileDescriptorProto, the part of pubsub.proto that publishing needs."""
    message = descriptor_pb2.DescriptorProto
    attributes = message(
        name="AttributesEntry",
        field=[_field("key", 1, "string"), _field("value", 2, "string")],
        options=descriptor_pb2.MessageOptions(map_entry=True),
    )
    published = message(
        name="PubsubMessage",
        field=[
            _field("data", 1, "bytes"),
            _field("attributes", 2, "PubsubMessage.AttributesEntry", repeated=True),
        ],
        nested_type=[attributes],
    )
    request = message(
        name="PublishRequest",
        field=[_field("topic", 1, "string"), _field("messages", 2, "PubsubMessage", repeated=True)],
    )
    response = message(
        name="PublishResponse", field=[_field("message_ids", 1, "string", repeated=True)]
    )
    return descriptor_pb2.FileDescriptorProto(
        name="csvgate/publish.proto",
        package=_PACKAGE,
        syntax="proto3",
        message_type=[published, request, response],
    )


# The pool is csvgate's own: the tools also import google-cloud-pubsub, whose messages have the same
# names in the default pool.
_pool: Final = descriptor_pool.DescriptorPool()
_pool.Add(_file())


def _message_class(name: str) -> Any:
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


PublishRequest: Final = _message_class("PublishRequest")
PublishResponse: Final = _message_class("PublishResponse")
