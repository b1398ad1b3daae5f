"""Whether a published set is whole and unchanged, and was made from given input."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from helpers.files.digests import digest
from helpers.files.reading import SourceError, read_bytes
from helpers.publish.manifest import NAME, attachments
from helpers.publish.qmd.options import FORMATS

__all__ = ["verify"]

_LARGEST = 10_000_000
"""Bytes of a manifest that are read; one has some ten thousand."""


def verify(folder: Path, inputs: Sequence[Path] | None = None) -> list[str]:
    """Compare a set with its manifest, and what its PDF carries with the input.

    Parameters
    ----------
    folder
        Outputs and ``manifest.json``, as published.
    inputs
        The files it should have been made from, known by their names; without them the hashes of the manifest are what
        the PDF's attachments are held against.

    Returns
    -------
    list of str
        Everything that is wrong, a sentence each; empty for a set that is as it was published.
    """
    try:
        record = json.loads(read_bytes(folder / NAME, _LARGEST))
        stated = {PurePosixPath(one["path"]).name: one["sha256"] for one in record["inputs"]}
        outputs = {PurePosixPath(one["path"]).name: one["sha256"] for one in record["outputs"]}
        attached = {
            PurePosixPath(one["path"]).name: dict(one.get("attachments", {})) for one in record["outputs"]
        }
    except SourceError as error:
        return [f"{NAME} {error.message}，无法核对"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [f"{NAME} 不是本程序写的清单，无法核对"]
    found = [*_outputs(folder, outputs)]
    if inputs is not None:
        # The manifest names what a link in the folder leads to.
        found += _inputs(stated, {path.name: path for path in map(Path.resolve, inputs)})
    for name in outputs:
        path = folder / name
        if path.suffix == ".pdf" and path.is_file():
            # A CSV is held against the input it was made from, whatever the manifest says of the attachment.
            found += _attachments(path, {**attached.get(name, {}), **stated})
    return found


def _outputs(folder: Path, stated: Mapping[str, str]) -> Iterator[str]:
    for name, given in stated.items():
        path = folder / name
        if not os.path.lexists(path):
            yield f"缺少 {name}"
            continue
        try:
            if digest(path) != given:
                yield f"{name} 与发布时不同，已被改动"
        except SourceError as error:
            yield f"{name} {error.message}"
    for path in sorted(folder.iterdir()):
        if path.suffix[1:] in FORMATS and path.name not in stated:
            yield f"{path.name} 不在清单里，不是同一次发布的"


def _inputs(stated: Mapping[str, str], given: Mapping[str, Path]) -> Iterator[str]:
    for name, wanted in stated.items():
        if name not in given:
            yield f"发布时用了 {name}，给出的数据里没有"
            continue
        try:
            if digest(given[name]) != wanted:
                yield f"{name} 与发布时所用的不同"
        except SourceError as error:
            yield f"{name} {error.message}"
    for name in given:
        if name not in stated:
            yield f"给出的数据里有 {name}，发布时没有用"


def _attachments(path: Path, stated: Mapping[str, str]) -> Iterator[str]:
    carried = attachments(path)
    if carried is None:
        yield f"{path.name} 的附件读不出来"
        return
    for name, found in carried.items():
        if name not in stated:
            yield f"{path.name} 的附件 {name} 不是清单里的数据"
        elif found != stated[name]:
            yield f"{path.name} 的附件 {name} 与发布时所用的数据不同"
