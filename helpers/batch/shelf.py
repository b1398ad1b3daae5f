"""Finished reports on disk: put there whole or not at all, and looked at again before they are trusted."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpers.publish.manifest import NAME

RECORD = "record.json"
"""Beside the manifest: what the batch knows of the report, and the key of what it was made from."""

_STAGING = ".staging"


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """Lend a place on the file system of ``out``; what a killed run left there is removed."""
    place = out / _STAGING
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def kept(folder: Path, key: str) -> dict[str, Any] | None:
    """Return the record of a finished report made from the very same things, if every file of it is as it was made."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        digests = record["sha256"]
        if record["key"] != key or record["digest"] != _digest(record):
            return None
        same = all(sha256((folder / name).read_bytes()) == digest for name, digest in digests.items())
        return record if same else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def put(
    folder: Path, stage: Path, key: str, record: Mapping[str, Any], files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Write a finished report, so that even a loss of power leaves it whole, as it was before, or gone.

    Raises
    ------
    FileExistsError
        Something else stands in its place.
    OSError
        It cannot be written.
    """
    if folder.exists() and not (folder.is_dir() and ((folder / NAME).is_file() or not any(folder.iterdir()))):
        raise FileExistsError(folder)
    full = {**record, "key": key, "sha256": {name: sha256(data) for name, data in files.items()}}
    full["digest"] = _digest(full)
    new = Path(tempfile.mkdtemp(dir=stage))
    new.chmod(0o755)
    for name, data in {**files, RECORD: _json(full).encode()}.items():
        write_safely(new / name, data)
    sync(new)
    old = new.with_name(f"{new.name}-old")
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    sync(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
    return full


def write_safely(path: Path, data: bytes) -> None:
    """Write a file down to the disk."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def sync(folder: Path) -> None:
    """Write a folder's list of names down to the disk, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sha256(data: bytes) -> str:
    """Digest of a file."""
    return hashlib.sha256(data).hexdigest()


def _digest(record: Mapping[str, Any]) -> str:
    return sha256(_json({name: value for name, value in record.items() if name != "digest"}).encode())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
