"""The number of the project, which is part of the audience of tokens."""

from typing import Final

from csvgate.runtime.errors import Transient

VARIABLE: Final = "{project_number}"
_ADDRESS: Final = "http://metadata.google.internal/computeMetadata/v1/project/numeric-project-id"
_SECONDS: Final = 5.0


def with_project_number(text: str) -> str:
    """Fill in `{project_number}`, as the metadata server says it. Raises Transient
    `settings.invalid`."""
    if VARIABLE not in text:
        return text
    import requests

    try:
        answer = requests.get(_ADDRESS, headers={"Metadata-Flavor": "Google"}, timeout=_SECONDS)
        answer.raise_for_status()
    except OSError as error:
        words = type(error).__name__
        raise Transient("settings.invalid", f"cannot read the project's number: {words}") from error
    number = answer.text.strip()
    if not (number.isascii() and number.isdecimal()):
        raise Transient("settings.invalid", "the project's number is not a number")
    return text.replace(VARIABLE, number)
