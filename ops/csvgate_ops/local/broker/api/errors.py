"""Errors that the API returns, in the wording of the real service where it is known.

The wording comes from responses quoted in public issue threads, so that a web search for an error
finds the explanation that applies to the real service.
"""

import grpc

QUOTAS = "Refer to https://cloud.google.com/pubsub/quotas for more information."


class StartError(Exception):
    """A server cannot start; the message says why."""


class BrokerError(Exception):
    """A failed call, with the gRPC status code and message to return."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> BrokerError:
    """Return INVALID_ARGUMENT with this message."""
    return BrokerError(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(name: str) -> BrokerError:
    """Return NOT_FOUND for a full name, of which the service's message shows the last part only."""
    return BrokerError(
        grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={name.rpartition('/')[2]})."
    )


def already_exists(name: str) -> BrokerError:
    """Return ALREADY_EXISTS for a full name, of which the message shows the last part only."""
    return BrokerError(
        grpc.StatusCode.ALREADY_EXISTS,
        f"Resource already exists in the project (resource={name.rpartition('/')[2]}).",
    )


def unimplemented(message: str) -> BrokerError:
    """Return UNIMPLEMENTED, for a feature of the real service that the local broker lacks."""
    return BrokerError(grpc.StatusCode.UNIMPLEMENTED, f"{message} in csvgate's local broker")


def too_large(
    field: str,
    value: int | str,
    maximum: int | str,
    code: grpc.StatusCode = grpc.StatusCode.INVALID_ARGUMENT,
) -> BrokerError:
    """Return the error for a value over its limit, in the service's wording."""
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
    """Return the error for a value under its limit, in the service's wording."""
    return BrokerError(
        code,
        f"The value for {field} is too small. You passed {value} in the request, "
        f"but the minimum value is {minimum}.",
    )


def out_of_bounds(field: str, value: str, low: str, high: str) -> BrokerError:
    """Return the error for a duration outside its range, in the service's wording."""
    return invalid(
        f"The value for {field} is out of bounds. You passed {value} in the request, "
        f"but the value must be between {low} and {high}."
    )
