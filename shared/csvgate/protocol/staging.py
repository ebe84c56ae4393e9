"""The staging bucket, where encoded chunks wait to be loaded."""

from csvgate.ports import CREATE_BYTES, ObjectStore


def staged_name(upload: str, sha256: str) -> str:
    """Return the name of a staged chunk. The digest in it makes the same chunk the same object."""
    return f"{upload}/{sha256}.arrow"


def staged_uri(bucket: str, upload: str, sha256: str) -> str:
    """Return the address of a staged chunk, which its event carries as `dataref`."""
    return f"gs://{bucket}/{staged_name(upload, sha256)}"


def staged_folder(upload: str) -> str:
    """Return the prefix of all chunks of an upload."""
    return f"{upload}/"


def read_staged(store: ObjectStore, bucket: str, upload: str, sha256: str) -> bytes | None:
    """Return the bytes of a staged chunk, or None if it is gone. The caller compares their digest
    before decoding them. Raises Permanent `storage.too_large` for an object that csvgate cannot
    have written."""
    return store.read(bucket, staged_name(upload, sha256), max_bytes=CREATE_BYTES)
