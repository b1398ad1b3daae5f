"""SHA-256 in hexadecimal digits, of a file or of anything else; nothing else in this project computes one."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from helpers.files.reading import opened


def digest(path: Path) -> str:
    """Return the digest of a file of a folder; raises as :func:`helpers.files.reading.opened`."""
    with opened(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of(parts: Iterable[bytes]) -> str:
    """Return the digest of bytes, one part after the other; where parts begin and end leaves no mark in it."""
    state = hashlib.sha256()
    for part in parts:
        state.update(part)
    return state.hexdigest()
