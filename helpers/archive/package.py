"""The archive package: outputs, source, metadata and the report of the four checks in a bag (BagIt), as one zip file."""

import json
import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bagit

from helpers import __version__
from helpers.archive.four_checks import FAILED, KINDS, Check, examine, inner_matter
from helpers.archive.metadata import File, metadata_xml, program_of
from helpers.archive.verify import Verified, verify
from helpers.archive.zip_files import ZipError, unpack, write_zip
from helpers.files.digests import digest
from helpers.files.listing import files
from helpers.files.reading import SourceError, read_bytes
from helpers.files.scratch import scratch
from helpers.files.templates import filled
from helpers.files.writing import write_file, write_text, written_file
from helpers.finishing.manifest import NAME
from helpers.report.folder import InvalidReport, Report, load

__all__ = ["PackageError", "Packed", "pack", "source_of", "verify_package"]

logging.getLogger("bagit").addHandler(logging.NullHandler())  # what it logs is told in our own words
logging.getLogger("bagit").propagate = False

_LARGEST = 300_000_000
"""Bytes of a file that is packed."""

_OUTPUTS, _SOURCE, _METADATA = "outputs", "source", "metadata"


class PackageError(Exception):
    """A set that is not packed; the message says in Chinese why, a line for each reason."""


@dataclass(frozen=True)
class Packed:
    """What was packed.

    Attributes
    ----------
    digest
        SHA-256 of the zip file.
    names
        Every file in it, by its place in the bag's ``data``.
    inner
        What of the source was not published, a sentence a file.
    left
        Names of what lies beside the outputs and was not packed.
    """

    digest: str
    names: list[str]
    inner: list[str]
    left: list[str]


def source_of(outputs: Path, root: Path) -> Path | None:
    """Return the report folder that a set's manifest names, where it lies in the project; None where it does not."""
    try:
        named = json.loads(read_bytes(outputs / NAME, _LARGEST))["parameters"]["report"]
        folder = (root / named).resolve()
    except (SourceError, ValueError, KeyError, TypeError, OSError):
        return None
    return folder if folder.is_relative_to(root) and (folder / "report.yml").is_file() else None


def pack(outputs: Path, source: Path, out: Path) -> Packed:
    """Pack a set with its source; the file is written only where all of the four checks passed or were left.

    Parameters
    ----------
    outputs
        Outputs and ``manifest.json``, as published, signed or not.
    source
        The report folder that they were made from.
    out
        The zip file.

    Raises
    ------
    PackageError
        Something is wrong with the set or its source.
    OSError
        A file cannot be read or written.
    """
    given = list(files(source))
    verified = verify(outputs, given)
    if verified.wrong:
        raise PackageError("\n".join(verified.wrong))
    try:
        report = load(source)
        record = json.loads(read_bytes(outputs / NAME, _LARGEST))
    except (InvalidReport, SourceError) as error:
        raise PackageError(str(error)) from None
    chosen, left = _chosen(outputs, record)
    inner = inner_matter(given, report)
    checks = examine(chosen, given, report, record, verified, inner)
    if failed := [check for check in checks if check.result == FAILED]:
        raise PackageError("\n".join(f"{one.kind}检查不通过：{one.what}（{one.found}）" for one in failed))
    with scratch("nianbao-archive-") as place:
        bag = place / _name(report)
        _fill(bag, chosen, given, report, record, checks, verified.notes)
        _make_bag(bag, report, _day(report))
        names = [path.relative_to(bag / "data").as_posix() for path in files(bag / "data")]
        with written_file(out) as stream:
            write_zip(stream, bag, _day(report))
    return Packed(digest(out), names, inner, left)


def _chosen(outputs: Path, record: Any) -> tuple[dict[str, Path], list[str]]:
    """Return what is packed, and the names of what is not: outputs of the manifest, it itself, sealed copies."""
    listed = {Path(one["path"]).name for one in record["outputs"]} | {NAME}
    there = [path for path in sorted(outputs.iterdir()) if not path.name.startswith(".")]
    chosen = {path.name: path for path in there if path.name in listed or path.suffix == ".pdf"}
    return chosen, [path.name for path in there if path.name not in chosen]


def _name(report: Report) -> str:
    """Return the bag's name: of the set, not of the place where it is packed."""
    organ = re.sub(r"[^\w-]", "_", report.organ)[:60]
    return f"{organ}-{report.year}"


def _day(report: Report) -> date:
    """Return the date of everything in the package: the report's, so that another day gives the same bytes."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    day = datetime.fromtimestamp(int(given), UTC).date() if given else report.dated
    return min(max(day, date(1980, 1, 1)), date(2107, 12, 31))  # zip knows no others


def _fill(
    bag: Path,
    chosen: dict[str, Path],
    given: Sequence[Path],
    report: Report,
    record: Any,
    checks: Sequence[Check],
    signatures: Sequence[str],
) -> None:
    bag.mkdir()
    targets = {bag / _OUTPUTS / name: path for name, path in chosen.items()}
    targets |= {bag / _SOURCE / path.relative_to(report.folder): path for path in given}
    for target, path in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        write_file(target, read_bytes(path, _LARGEST, report.folder if path in given else None))
    outputs = [File(name, path.stat().st_size, digest(path)) for name, path in chosen.items()]
    pages = max((_pages(path) for name, path in chosen.items() if name.endswith(".pdf")), default=0)
    described = metadata_xml(report, _identity(bag), pages, program_of(record), outputs, signatures)
    (bag / _METADATA).mkdir()
    write_file(bag / _METADATA / "metadata.xml", described)
    write_text(bag / _METADATA / "checks.html", _checks_page(report, checks) + "\n")


def _identity(bag: Path) -> str:
    return f"{bag.name}-{digest(bag / _OUTPUTS / NAME)[:16]}"


def _pages(path: Path) -> int:
    import pikepdf

    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def _checks_page(report: Report, checks: Sequence[Check]) -> str:
    kinds = [{"name": kind, "checks": [one for one in checks if one.kind == kind]} for kind in KINDS]
    left = sum(one.result == "未检" for one in checks)
    summary = f"{report.title}。共 {len(checks)} 项：通过 {len(checks) - left} 项，本程序没有检查、要由人来看的 {left} 项。"
    return str(filled("four_checks.html", title="四性检测报告", summary=summary, kinds=kinds))


def _make_bag(bag: Path, report: Report, day: date) -> None:
    """Turn a folder into a bag; its tag files list what they list in one order."""
    info = {
        "Source-Organization": report.organ,
        "External-Description": report.title,
        "External-Identifier": _identity(bag),
        "Bagging-Date": day.isoformat(),
        "Bag-Software-Agent": f"nianbao {__version__}, bagit {version('bagit')}",
    }
    bagit.make_bag(str(bag), info, checksums=["sha256"])
    tags = bag / "tagmanifest-sha256.txt"
    lines = tags.read_text(encoding="utf-8").splitlines(keepends=True)
    write_text(tags, "".join(sorted(lines, key=lambda line: line.split(maxsplit=1)[1])))


# Verified -------------------------------------------------------------------------------------------------------------


def verify_package(path: Path, inputs: Sequence[Path] | None = None) -> Verified:
    """Verify a package: its list of files (BagIt), then the set in it against its source.

    Parameters
    ----------
    inputs
        A report folder's files; the set is held against these as well.
    """
    try:
        with scratch("nianbao-archive-") as place, _unpacked(path, place) as bag:
            wrong = _bag_faults(bag)
            if wrong:
                return Verified(wrong)
            data = bag / "data"
            found = verify(data / _OUTPUTS, list(files(data / _SOURCE)))
            if inputs is not None and not found.wrong:
                found = verify(data / _OUTPUTS, inputs)
            found.notes.append(f"整包的 SHA-256：{digest(path)}")
            return found
    except (SourceError, ZipError) as error:
        return Verified([f"{path.name} {error}"])


@contextmanager
def _unpacked(path: Path, place: Path) -> Iterator[Path]:
    folder = place / "unpacked"
    folder.mkdir()
    try:
        yield unpack(path, folder)
    except OSError as error:
        raise ZipError(f"展不开（{error.strerror or error}）") from None


def _bag_faults(path: Path) -> list[str]:
    """Return what is wrong with a bag, which may come from anybody."""
    needed = [
        "bagit.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        f"data/{_OUTPUTS}/{NAME}",
        f"data/{_SOURCE}",
    ]
    if lacking := [name for name in needed if not (path / name).exists()]:
        return [f"不是本程序的存档包：缺少 {lacking[0]}"]
    if (path / "fetch.txt").exists():
        return ["包里有 fetch.txt，要从网上取文件，不能核对"]
    try:
        bag = bagit.Bag(str(path))
        bag.info.pop("Payload-Oxum", None)  # with it bagit stops at the sum of all lengths and names no file
        bag.validate(processes=1)
        weak = [name for name, known in bag.payload_entries().items() if "sha256" not in known]
    except bagit.BagValidationError as error:
        return [_fault(one) for one in error.details] or ["包的清单（BagIt）有误"]
    except Exception:  # bagit raises whatever a broken list makes it trip over
        return ["包的清单（BagIt）读不出来"]
    return [f"{name} 没有 SHA-256 值，不能核对" for name in weak]


def _fault(detail: Any) -> str:
    match detail:
        case bagit.ChecksumMismatch():
            return f"{detail.path} 与装包时不同，已被改动"
        case bagit.FileMissing():
            return f"包里缺少 {detail.path}"
        case bagit.UnexpectedFile():
            return f"包里多出 {detail.path}"
    return "包的清单（BagIt）有误"
