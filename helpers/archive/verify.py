"""Whether a published set is whole and unchanged, and was made from given input."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from helpers.archive.judged_apart import judge_apart
from helpers.archive.seals import ChangedError
from helpers.files import extras
from helpers.files.digests import digest, digest_of
from helpers.files.reading import SourceError, read_bytes
from helpers.finishing.manifest import NAME, attachments, names_within
from helpers.publish.qmd.options import FORMATS

__all__ = ["Verified", "verify"]

_LARGEST = 10_000_000
"""Bytes of a manifest that are read; one has some ten thousand."""

_LARGEST_PDF = 200_000_000
"""Bytes of a sealed PDF that are read; pictures in a report come to some megabytes."""


@dataclass(frozen=True)
class Verified:
    """What was found.

    Attributes
    ----------
    wrong
        Everything that is wrong, a sentence each; empty for a set that is as it was published.
    notes
        What was found besides and is not wrong: signatures.
    left
        Files with a signature that is of a kind that was not verified itself.
    """

    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Output:
    """An output as the manifest states it."""

    digest: str
    length: int
    attached: dict[str, str]


def verify(folder: Path, inputs: Sequence[Path] | None = None) -> Verified:
    """Compare a set with its manifest, and what its PDF carries with the input.

    A PDF that was signed since is unchanged where it begins with the published bytes and only signatures follow.

    Parameters
    ----------
    folder
        Outputs and ``manifest.json``, as published.
    inputs
        The files it should have been made from, known by their places in their folder; without them the hashes of the
        manifest are what the PDF's attachments are held against.
    """
    try:
        record = json.loads(read_bytes(folder / NAME, _LARGEST))
        stated = _stated_inputs(record["inputs"])
        outputs = {PurePosixPath(one["path"]).name: _output(one) for one in record["outputs"]}
    except SourceError as error:
        return Verified([f"{NAME} {error.message}，无法核对"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Verified([f"{NAME} 不是本程序写的清单，无法核对"])
    found = Verified()
    _compare_outputs(folder, outputs, found)
    if inputs is not None:
        found.wrong.extend(_inputs(stated, inputs))
    for name, output in outputs.items():
        path = folder / name
        if path.suffix == ".pdf" and path.is_file():
            # A CSV is held against the input it was made from, whatever the manifest says of the attachment.
            found.wrong.extend(_attachments(path, {**output.attached, **stated}))
    return found


def _stated_inputs(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    names = names_within([PurePosixPath(one["path"]) for one in entries])
    return {name: str(one["sha256"]) for name, one in zip(names, entries, strict=True)}


def _output(entry: Mapping[str, Any]) -> _Output:
    return _Output(str(entry["sha256"]), int(entry.get("bytes", 0)), dict(entry.get("attachments", {})))


# Outputs --------------------------------------------------------------------------------------------------------------


def _compare_outputs(folder: Path, outputs: Mapping[str, _Output], found: Verified) -> None:
    for name, stated in outputs.items():
        path = folder / name
        if not os.path.lexists(path):
            found.wrong.append(f"缺少 {name}")
            continue
        try:
            if digest(path) != stated.digest:
                _judge_changed(path, [stated], f"{name} 与发布时不同，已被改动", found)
        except SourceError as error:
            found.wrong.append(f"{name} {error.message}")
    for path in sorted(folder.iterdir()):
        if path.suffix[1:] in FORMATS and path.name not in outputs:
            stranger = f"{path.name} 不在清单里，不是同一次发布的"
            try:
                _judge_changed(path, list(outputs.values()), stranger, found)
            except SourceError:
                found.wrong.append(stranger)


def _judge_changed(path: Path, originals: Sequence[_Output], otherwise: str, found: Verified) -> None:
    """Judge a file that is none of the outputs byte for byte: a sealed copy of one, or something else."""
    data = read_bytes(path, _LARGEST_PDF) if path.suffix == ".pdf" else b""
    for original in originals:
        # A file that is the output itself under another name is no sealed copy.
        if 0 < original.length < len(data) and digest_of([data[: original.length]]) == original.digest:
            _judge_appended(path.name, data, original.length, found)
            return
    found.wrong.append(otherwise)


def _judge_appended(name: str, data: bytes, length: int, found: Verified) -> None:
    if extras.missing("archive"):
        found.wrong.append(
            f"{name} 开头与发布时逐字节相同，后面另有内容；是不是只附了电子签名，要用附加组件 archive 才能判断。"
            f"装一次即可：{extras.command('archive')}"
        )
        return
    try:
        seals = judge_apart(data, length)
    except ChangedError as error:
        found.wrong.append(f"{name} 与发布时不同，已被改动：开头与发布时逐字节相同，但{error}")
        return
    shown = f"；第 {'、'.join(map(str, seals.pages))} 页上看得见签章" if seals.pages else ""
    who = "；".join(seals.said)
    found.left.extend([name] if seals.unverified else [])
    found.notes.append(
        f"{name} 原文未改动，其后附有电子签名（{who}{shown}）。证书是否可信、是否有效，请另行核验"
    )


# Inputs ---------------------------------------------------------------------------------------------------------------


def _inputs(stated: Mapping[str, str], files: Sequence[Path]) -> Iterator[str]:
    # The manifest names what a link in the folder leads to.
    resolved = list(dict.fromkeys(map(Path.resolve, files)))
    given = dict(zip(names_within(resolved), resolved, strict=True))
    wanted = _matched(stated, given)
    for name, expected in wanted.items():
        if name not in given:
            yield f"发布时用了 {name}，给出的数据里没有"
            continue
        try:
            if digest(given[name]) != expected:
                yield f"{name} 与发布时所用的不同"
        except SourceError as error:
            yield f"{name} {error.message}"
    for name in (name for name in given if name not in wanted):
        # In a package a link is a copy of what it leads to.
        if digest(given[name]) not in wanted.values():
            yield f"给出的数据里有 {name}，发布时没有用"


def _matched(stated: Mapping[str, str], given: Mapping[str, Path]) -> dict[str, str]:
    """Name stated inputs as the given ones are; manifests before 0.3 knew a file in a subfolder by its own name."""
    bare = Counter(PurePosixPath(name).name for name in given)
    places = {PurePosixPath(name).name: name for name in given if bare[PurePosixPath(name).name] == 1}
    return {name if name in given else places.get(name, name): one for name, one in stated.items()}


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
