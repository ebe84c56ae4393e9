"""Errors that a caller of the API gets, with the wording of the real service where it is known.

Texts come from the service's answers quoted in public issue threads, so that a person who
searches the web for one finds the same explanation as for the real thing.
"""

import grpc

QUOTAS = "Refer to https://cloud.google.com/pubsub/quotas for more information."


class StartError(Exception):
    """A server cannot start; the text says why, for a person."""


class BrokerError(Exception):
    """A failed call: the gRPC status code to answer with, and its text."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> BrokerError:
    """INVALID_ARGUMENT with this text."""
    return BrokerError(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(name: str) -> BrokerError:
    """NOT_FOUND for the resource of this full name; the service's text has only its last part."""
    return BrokerError(
        grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={name.rpartition('/')[2]})."
    )


def already_exists(name: str) -> BrokerError:
    """ALREADY_EXISTS for the resource of this full name."""
    return BrokerError(
        grpc.StatusCode.ALREADY_EXISTS,
        f"Resource already exists in the project (resource={name.rpartition('/')[2]}).",
    )


def unimplemented(message: str) -> BrokerError:
    """UNIMPLEMENTED: the real service does this and the local broker does not."""
    return BrokerError(grpc.StatusCode.UNIMPLEMENTED, f"{message} (csvgate's local broker)")


def failed_precondition(message: str) -> BrokerError:
    """FAILED_PRECONDITION with this text."""
    return BrokerError(grpc.StatusCode.FAILED_PRECONDITION, message)


def too_large(
    field: str,
    value: int | str,
    maximum: int | str,
    code: grpc.StatusCode = grpc.StatusCode.INVALID_ARGUMENT,
) -> BrokerError:
    """A number over its limit, in the service's sentence for it."""
    return BrokerError(
        code,
        f"The value for {field} is too large. You passed {value} in the request, "
        f"but the maximum value is {maximum}.",
    )


def too_small(
    field: str,
    value: int | str,
    minimum: int | str,
    code: grpc.StatusCode = grpc.StatusCode.INVALID_ARGUMENT,
) -> BrokerError:
    """A number under its limit, in the service's sentence for it."""
    return BrokerError(
        code,
        f"The value for {field} is too small. You passed {value} in the request, "
        f"but the minimum value is {minimum}.",
    )


def out_of_bounds(field: str, value: str, low: str, high: str) -> BrokerError:
    """A duration outside its range, in the service's sentence for it."""
    return invalid(
        f"The value for {field} is out of bounds. You passed {value} in the request, "
        f"but the value must be between {low} and {high}."
    )
