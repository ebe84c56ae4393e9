"""Names in the staging bucket, where encoded chunks wait to be loaded."""


def staged_name(upload: str, sha256: str) -> str:
    """Return the name of a staged chunk. The digest in it makes the same chunk the same object."""
    return f"{upload}/{sha256}.arrow"


def staged_uri(bucket: str, upload: str, sha256: str) -> str:
    return f"gs://{bucket}/{staged_name(upload, sha256)}"


def staged_folder(upload: str) -> str:
    """Return the prefix of all chunks of an upload."""
    return f"{upload}/"
