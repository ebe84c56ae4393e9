"""The types of settings, whose messages say what is expected and what is there."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Final
from unicodedata import category

from pydantic import AfterValidator, BeforeValidator

from csvgate_ops.deploy.environment import regions
from csvgate_ops.deploy.kinds import labels

_LABEL_CHARACTERS: Final = 63
_LABEL_BYTES: Final = 128
_MOST_LABELS: Final = 56
_LABEL_CATEGORIES: Final = ("Ll", "Lo", "Nd", "Nl", "No")
"""Lowercase letters, letters without case, and numbers."""
_RESERVED_FOLDERS: Final = ("bin", "dev", "etc", "layers", "lib", "proc", "sys", "usr", "workspace")
"""Folders that Cloud Run refuses, or whose contents a function needs: a mount hides them."""


def matching(pattern: str, expected: str) -> AfterValidator:
    """Return a validator of strings that match as a whole. `expected` completes "is not"."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise ValueError(f"`{value}` is not {expected}")
        return value

    return AfterValidator(check)


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    for at, value in enumerate(values):
        if value in values[:at]:
            raise ValueError(f"`{value}` is there twice; keep one")
    return values


def _at_least_one(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError("names no region; name at least one or leave the setting out")
    return values


def _label_key(key: str) -> str:
    if not key[:1].isalpha() or key.startswith(labels.FOREIGN):
        raise ValueError(
            f"`{key}` cannot be set: a key starts with a lowercase letter, and those that start "
            f"with {', '.join(labels.FOREIGN)} are set by Google and csvgate"
        )
    return _label_value(key)


def _label_value(text: str) -> str:
    if len(text) > _LABEL_CHARACTERS or not all(map(_is_in_labels, text)):
        raise ValueError(
            f"`{text}` is not a label: at most {_LABEL_CHARACTERS} lowercase letters, digits, "
            "hyphens and underscores"
        )
    if (size := len(text.encode())) > _LABEL_BYTES:
        raise ValueError(f"`{text}` has {size} bytes in UTF-8, but at most 128 are allowed")
    return text


def few_labels(given: Mapping[str, str]) -> Mapping[str, str]:
    """Check the number of labels."""
    if len(given) > _MOST_LABELS:
        raise ValueError(
            f"has {len(given)} labels, but at most {_MOST_LABELS} are possible: a resource has 64, "
            "and Google and csvgate set some"
        )
    return given


def _is_in_labels(character: str) -> bool:
    """Return whether the character may be in a label; letters of any language may, if they are not
    uppercase."""
    return character in "-_" or category(character) in _LABEL_CATEGORIES


def _not_reserved(mount: str) -> str:
    if (first := mount.split("/")[1]) in _RESERVED_FOLDERS:
        raise ValueError(f"`{mount}` is in /{first}, which the function needs; choose another")
    return mount


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("contains a NUL character, which no variable can hold; remove it")
    return text


def _number_as_string(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _at_most_as_long(most: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if len(value) > most:
            raise ValueError(f"has {len(value)} characters, but at most {most} are allowed")
        return value

    return check


Region = Annotated[str, AfterValidator(regions.region)]
"""A region of Cloud Run, for example `europe-west1`."""
BucketLocation = Annotated[str, AfterValidator(regions.bucket_location)]
"""A region, a dual-region (`EUR4`) or a multi-region (`EU`) of Cloud Storage."""
DatasetLocation = Annotated[str, AfterValidator(regions.dataset_location)]
"""A region, or one of BigQuery's multi-regions `EU` and `US`."""
Project = Annotated[
    str,
    matching(
        r"[a-z][a-z0-9-]{4,28}[a-z0-9]",
        "the id of a project: 6 to 30 lowercase letters, digits and hyphens, starting with a "
        "letter and not ending with a hyphen",
    ),
]
Email = Annotated[
    str,
    matching(
        r"[^@\s,]+@[^@\s,]+", "an email address without a name, for example sales@example.com"
    ),
    AfterValidator(_at_most_as_long(254)),
]
Emails = Annotated[tuple[Email, ...], AfterValidator(_each_once)]
Currency = Annotated[str, matching(r"[A-Z]{3}", "the code of a currency, for example EUR")]
BillingAccount = Annotated[
    str,
    matching(
        r"[0-9A-F]{6}(-[0-9A-F]{6}){2}",
        "the id of a billing account, for example 01A2B3-4C5D6E-7F8091",
    ),
]
Memory = Annotated[
    str, matching(r"[1-9][0-9]*(Mi|Gi)", "a size in Mi or Gi, for example 512Mi or 2Gi")
]
Version = Annotated[
    str,
    BeforeValidator(_number_as_string),
    matching(r"latest|[1-9][0-9]*", "`latest` or the number of a version"),
]
SecretName = Annotated[
    str,
    matching(
        r"[A-Za-z0-9_-]{1,255}", "the name of a secret: letters, digits, underscores and hyphens"
    ),
]
Mount = Annotated[
    str,
    matching(r"(/[A-Za-z0-9_-]+)+", "the full path of a folder, for example /secrets/sendgrid"),
    AfterValidator(_not_reserved),
]
Variable = Annotated[
    str,
    matching(r"[A-Za-z_][A-Za-z0-9_]*", "the name of a variable: letters, digits and underscores"),
]
VariableValue = Annotated[str, AfterValidator(_without_nul)]
KmsKey = Annotated[
    str,
    matching(
        r"projects/[a-z0-9:.-]+/locations/[a-z0-9-]+/keyRings/[A-Za-z0-9_-]{1,63}/cryptoKeys/"
        r"[A-Za-z0-9_-]{1,63}",
        "the path of a key: projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY",
    ),
]
LabelKey = Annotated[str, AfterValidator(_label_key)]
LabelValue = Annotated[str, AfterValidator(_label_value)]
BucketName = Annotated[
    str,
    matching(
        r"([a-z0-9]|\$\{project\})([a-z0-9_.-]|\$\{project\})*",
        "the name of a bucket: lowercase letters, digits, hyphens, underscores and dots, and "
        "${project} for the id of the project",
    ),
]
TopicName = Annotated[
    str,
    matching(
        r"(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,247}",
        "the name of a topic: 3 to 248 letters, digits and -_.~+%, starting with a letter, but not "
        "with goog",
    ),
]
"""Pub/Sub allows 255 characters; the review subscription needs 7 of them."""
StorageRegions = Annotated[
    tuple[Annotated[str, AfterValidator(regions.storage_region)], ...],
    AfterValidator(_each_once),
    AfterValidator(_at_least_one),
]
_NAME = r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
Subnet = Annotated[
    str,
    matching(
        rf"{_NAME}|projects/[a-z0-9:.-]+/regions/[a-z0-9-]+/subnetworks/{_NAME}",
        "the name of a subnet in the region, or its path "
        "projects/PROJECT/regions/REGION/subnetworks/NAME",  # pragma: allowlist secret
    ),
]
VpcNetwork = Annotated[
    str,
    matching(
        rf"{_NAME}|projects/[a-z0-9:.-]+/global/networks/{_NAME}",
        "the name of a network, or its path projects/PROJECT/global/networks/NAME",
    ),
]
NetworkTags = Annotated[
    tuple[
        Annotated[
            str, matching(_NAME, "a network tag: lowercase letters, digits and hyphens, at most 63")
        ],
        ...,
    ],
    AfterValidator(_each_once),
]
Connector = Annotated[
    str,
    matching(
        r"[a-z][a-z0-9-]{0,23}|projects/[a-z0-9:.-]+/locations/[a-z0-9-]+/connectors/[a-z][a-z0-9-]{0,23}",
        "the name of a Serverless VPC Access connector in the region, or its path "
        "projects/PROJECT/locations/REGION/connectors/NAME",
    ),
]
