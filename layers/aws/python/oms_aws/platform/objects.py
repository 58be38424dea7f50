"""Tells a file that is not there from one that could not be read."""

from __future__ import annotations

from botocore.exceptions import ClientError

_ABSENT = {"NoSuchKey", "404", "AccessDenied", "403"}


def is_missing(error: ClientError) -> bool:
    """S3 tells who may not list a bucket 403 of what is not there, and 404 who may.

    Steps may not: the names of all papers are more than any of them needs.
    """
    return error.response["Error"]["Code"] in _ABSENT
