"""``manifest.json``: what was made, from what, with what."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from helpers.files.digests import digest_of

__all__ = ["NAME", "attachments", "manifest", "names_within"]

NAME = "manifest.json"

_UNPACKED = 64_000_000
"""Most bytes that an attachment may have: what a stranger packed may have no end."""


def _relative(path: Path, folder: Path) -> str:
    """Name a file from the document's folder; from elsewhere only by its own name."""
    path = path.resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def names_within(paths: Iterable[PurePath]) -> list[str]:
    """Name files from the deepest folder in which all of them are: two of one name in two folders stay two."""
    listed = list(paths)
    if not listed:
        return []
    folder = os.path.commonpath([path.parent for path in listed])
    return [path.relative_to(folder).as_posix() for path in listed]


def _input_names(paths: Sequence[Path], folder: Path) -> list[str]:
    """Name the inputs: those in the document's folder from there, others from the folder in which these are."""
    found = [path.resolve() for path in paths]
    others = [path for path in found if not path.is_relative_to(folder)]
    elsewhere = dict(zip(others, names_within(others), strict=True))
    return [elsewhere.get(path) or path.relative_to(folder).as_posix() for path in found]


def _entry(path: Path, name: str) -> dict[str, Any]:
    data = path.read_bytes()
    return {"path": name, "sha256": digest_of([data]), "bytes": len(data)}


def _output(kind: str, path: Path, name: str) -> dict[str, Any]:
    entry = {"format": kind, **_entry(path, name)}
    carried = attachments(path)
    return {**entry, "attachments": carried} if carried else entry


def attachments(path: Path) -> dict[str, str] | None:
    """Return the SHA-256 of each file that a PDF carries, by name; none of other files, None where it cannot be read."""
    if path.suffix != ".pdf":
        return {}
    import pikepdf

    pikepdf.settings.set_qpdf_limits(flate_max_memory=_UNPACKED, run_length_max_memory=_UNPACKED)
    try:
        with pikepdf.open(path) as pdf:
            files = ((name, spec.get_file().read_bytes()) for name, spec in pdf.attachments.items())
            return {name: digest_of([data]) for name, data in files}
    except Exception:  # pikepdf raises whatever a broken object makes it trip over
        return None


def _portable(value: Any, folder: Path) -> Any:
    """Write a parameter without absolute paths."""
    if isinstance(value, PurePath) or (isinstance(value, str) and _leads_out(PurePath(value))):
        return _relative(folder / value, folder)
    if isinstance(value, Mapping):
        return {str(key): _portable(item, folder) for key, item in value.items()}
    return [_portable(item, folder) for item in value] if isinstance(value, (list, tuple)) else value


def _leads_out(path: PurePath) -> bool:
    return path.is_absolute() or ".." in path.parts


def described(
    document: Path,
    engine: str,
    versions: Mapping[str, str],
    parameters: Mapping[str, Any],
    profile: str | None,
    inputs: Sequence[Path],
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Describe a render: everything a manifest says but for the outputs.

    Parameters
    ----------
    document
        The ``.qmd``.
    engine
        ``quarto`` or ``pandoc``.
    versions
        Of every tool.
    parameters
        As given.
    profile
        As given.
    inputs
        The files the render rests on.
    facts
        Whatever else whoever asked for the render wants kept.

    Returns
    -------
    dict
        ``document``, ``engine``, ``versions``, ``parameters``, ``profile``, ``facts``, ``inputs``, as JSON can hold them.
    """
    folder = document.resolve().parent
    return {
        "document": document.name,
        "engine": engine,
        "versions": dict(versions),
        "parameters": _portable(dict(parameters), folder),
        "profile": profile,
        "facts": _portable(dict(facts), folder),
        "inputs": [
            _entry(path, name) for path, name in zip(inputs, _input_names(inputs, folder), strict=True)
        ],
    }


def manifest(
    record: Mapping[str, Any], outputs: Mapping[str, Path], kept: Sequence[Mapping[str, Any]]
) -> str:
    """Write the manifest of a render.

    Parameters
    ----------
    record
        As :func:`described` gives it.
    outputs
        The files just made, by format.
    kept
        What :func:`still_valid` found where they go to.

    Returns
    -------
    str
        JSON: ``record``, and all ``outputs``.
    """
    made = [_output(name, path, path.name) for name, path in outputs.items()]
    others = [dict(entry) for entry in kept if entry["format"] not in outputs]
    return json.dumps({**record, "outputs": made + others}, ensure_ascii=False, indent=2) + "\n"


def still_valid(folder: Path, record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the outputs that stand in a folder from a render of the very same things, unchanged since: their entries."""
    try:
        old = json.loads((folder / NAME).read_text(encoding="utf-8"))
        entries = old.pop("outputs")
        if old != json.loads(json.dumps(record)):
            return []
        return [
            entry
            for entry in entries
            if entry == _output(entry["format"], folder / Path(entry["path"]).name, entry["path"])
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
