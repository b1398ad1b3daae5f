"""Zip files: written so that the same files give the same bytes, and read to a bound, whoever made them."""

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import IO

from helpers.files.listing import files
from helpers.files.reading import opened, unprintable
from helpers.files.writing import written_file

__all__ = ["ZipError", "unpack", "write_zip"]

_MOST_FILES = 5_000
_MOST_BYTES = 500_000_000
"""Of all files together, unpacked; a package has some megabytes."""

_DIRECTORY_BYTES = 4_000_000
"""Of the list of files at a zip's end."""

_END = struct.Struct("<4s4H2LH")
_ZIP64 = b"PK\x06\x07"
_CHUNK = 1 << 20


class ZipError(Exception):
    """A zip file that is not read; the message says in Chinese why."""


def write_zip(stream: IO[bytes], folder: Path, day: date) -> None:
    """Write a folder as a zip file with it on top.

    Files stand in the order of their names, with one date and one mode, and are not compressed: what a compressor makes of
    them differs from one version to the next, and pages, PDFs and Word files are small or compressed already.
    """
    entries = sorted((path.relative_to(folder.parent).as_posix(), path) for path in files(folder))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as packed:
        for name, path in entries:
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.create_system = 3  # Unix, wherever this runs
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            packed.writestr(entry, path.read_bytes())


def unpack(path: Path, folder: Path) -> Path:
    """Unpack a zip file of one folder into another folder; returns the one.

    Raises
    ------
    ZipError
        It holds too much, a link, a name that leads out of the folder or stands there twice, or is broken.
    SourceError
        It cannot be opened.
    """
    with opened(path) as stream:
        _require_short_directory(stream)
        try:
            with zipfile.ZipFile(stream) as packed:
                entries = _judged(packed.infolist())
                left = _MOST_BYTES
                for entry in entries:
                    left -= _write(packed, entry, folder / entry.filename, left)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, struct.error, RuntimeError):
            raise ZipError("不是完好的 zip 文件") from None
    (top,) = {PurePosixPath(entry.filename).parts[0] for entry in entries}
    return folder / top


def _require_short_directory(stream: IO[bytes]) -> None:
    """Look at the end of the file before its list of files is read, which may have millions of entries."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _END.size - 20))
    tail = stream.read()
    if len(tail) < _END.size or tail[-_END.size :][:4] != b"PK\x05\x06":
        raise ZipError("不是 zip 文件，或末尾附有别的内容")
    _, _, _, _, count, length, _, _ = _END.unpack(tail[-_END.size :])
    if tail.startswith(_ZIP64) or count > _MOST_FILES or length > _DIRECTORY_BYTES:
        raise ZipError(f"里面的文件太多，最多 {_MOST_FILES} 个")
    stream.seek(0)


def _judged(listed: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the files that are to be unpacked, none of which may do harm."""
    entries = [entry for entry in listed if not entry.is_dir()]
    if not entries or len(listed) > _MOST_FILES:
        raise ZipError(f"里面没有文件，或太多，最多 {_MOST_FILES} 个")
    if min(entry.header_offset for entry in listed) != 0:
        raise ZipError("开头附有别的内容")
    if sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise ZipError(f"展开后超过 {_MOST_BYTES // 1_000_000} MB 的上限")
    for entry in listed:
        _require_harmless(entry)
    names = [_folded(entry.filename) for entry in entries]
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    if len(set(names)) < len(names) or folders & set(names):
        raise ZipError("里面有重名的文件")
    if len({name.partition("/")[0] for name in names}) > 1 or "/" not in names[0]:
        raise ZipError("里面不止一个文件夹，不是本程序的存档包")
    return entries


def _folded(name: str) -> str:
    """Return a name as a file system sees it that takes large letters for small ones."""
    return unicodedata.normalize("NFC", name).casefold()


def _require_harmless(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    parts = name.removesuffix("/").split("/")
    if (
        entry.orig_filename != name
        or unprintable(name)
        or any(mark in name for mark in "\\:\n\r\t")
        or any(part in {"", ".", ".."} or len(part.encode()) > 240 for part in parts)
        or len(parts) > 20
    ):
        raise ZipError("里面有会写到别处的文件名")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise ZipError("里面有链接或设备，不是普通文件")
    if entry.flag_bits & 0x1 or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ZipError("里面有加密的文件，或用了别的压缩方法")


def _write(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one file; returns its length, which is counted and not believed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    length = 0
    with packed.open(entry) as source, written_file(target) as stream:
        for chunk in _chunks(source):
            length += len(chunk)
            if length > min(left, entry.file_size):
                raise ZipError(f"展开后超过 {_MOST_BYTES // 1_000_000} MB 的上限，或比写的长")
            stream.write(chunk)
    return length


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk
