"""Text files as clerks save them: decoded, split into rows, every piece with its line.

What cannot be read is a :class:`SourceError` whose message says, in Chinese, what stands there and what to do.
"""

import codecs
import csv
import io
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path

MAX_BYTES = 1_000_000
"""Largest file of a report folder that is read; a filled table has about four kilobytes."""

_PIECE = 1 << 16


MAX_ROWS = 1_000
"""Most rows of a table that are read; the largest has twenty-five."""


class SourceError(Exception):
    """A file that cannot be read; ``line`` counts from 1 and is None where the file has none to name."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@contextmanager
def opened(path: Path, within: Path | None = None) -> Iterator[BufferedReader]:
    """Open a file of a folder, which may come from anybody.

    Only a regular file is opened, once: a device would have no end, a pipe no beginning. A link is followed within the
    folder, so that nothing from elsewhere is published.

    Parameters
    ----------
    within
        The report folder, where that is not the file's own.

    Raises
    ------
    SourceError
        The file is missing, no regular file, or a link to a place outside its folder.
    """
    try:
        real, state = path, path.lstat()
        if within is not None or stat.S_ISLNK(state.st_mode):
            real = path.resolve(strict=True)
            if not real.is_relative_to((within or path.parent).resolve()):
                raise SourceError("是指向文件夹以外的链接，请换成文件本身")
            state = real.stat()
        _require_regular(state)  # looked at before it is opened: opening a device may do something
        with open(real, "rb", opener=_open_at_once) as stream:
            _require_regular(os.fstat(stream.fileno()))
            yield stream
    except FileNotFoundError:
        raise SourceError("找不到这个文件，请补上") from None
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle; what no file can be named
        reason = getattr(error, "strerror", None) or "路径不能用"
        raise SourceError(f"文件无法打开（{reason}），请检查权限或是否被别的程序占用") from None


def _require_regular(state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise SourceError("不是普通文件，请换成文件本身")


def read_bytes(path: Path, limit: int = MAX_BYTES, within: Path | None = None) -> bytes:
    """Read a file of a folder, never more than ``limit`` bytes.

    Parameters
    ----------
    within
        As for :func:`opened`.

    Raises
    ------
    SourceError
        As :func:`opened`; also for a larger file.
    """
    with opened(path, within) as stream:
        # Piece by piece: asked for all at once, Python makes room for as much as the limit allows.
        pieces = iter(lambda: stream.read(_PIECE), b"")
        data = b"".join(islice(pieces, limit // _PIECE + 1))
        size = max(len(data), os.fstat(stream.fileno()).st_size) / 1_000_000
    if len(data) > limit:
        raise SourceError(f"文件有 {size:.1f} MB，超过 {limit / 1_000_000:g} MB 的上限，请检查是否放错了文件")
    return data


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever should write into a pipe, nor following a link, that took the file's place."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))


def read_text(path: Path) -> str:
    """Read a text file in UTF-8 (with or without BOM), UTF-16 with its BOM, or GB18030.

    Raises
    ------
    SourceError
        As :func:`read_bytes`; also for what is no text, or in none of these encodings.
    """
    data = read_bytes(path)
    if data.startswith(b"PK\x03\x04"):
        raise SourceError("这是 Excel 或 Word 文件，不是文本；表格请在 Excel 或 WPS 里另存为“CSV UTF-8”")
    with suppress(UnicodeDecodeError):
        text, _, _ = decoded(data)
        if "\0" not in text:
            return text
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError("编码是 UTF-16，但内容不完整，请另存为 UTF-8（Excel 里选“CSV UTF-8”）")
    raise SourceError("不是 UTF-8 或 GB18030 编码的文本，请另存为 UTF-8")


def decoded(data: bytes) -> tuple[str, str, bytes]:
    """Return the text of a file, its encoding, and the mark of byte order that it begins with.

    Raises
    ------
    UnicodeDecodeError
        It is in none of the encodings that :func:`read_text` takes.
    """
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding), encoding, mark
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    with suppress(UnicodeDecodeError):
        return data[len(mark) :].decode("utf-8"), "utf-8", mark
    return data.decode("gb18030"), "gb18030", b""


@dataclass(frozen=True)
class Line:
    """A row of a CSV file: its cells, stripped, and the line of the file on which it begins."""

    number: int
    cells: list[str]


_COMMA_IN_NUMBER = re.compile(r"\d[,，]\d")

SEPARATORS = {",": "逗号", ";": "分号", "\t": "制表符"}
"""What may stand between the cells of a row, and its name."""


def read_csv(path: Path, columns: int) -> list[Line]:
    """Rows of a CSV file that hold anything; blank cells at a row's end are dropped.

    Parameters
    ----------
    columns
        How many columns the table has: commas, semicolons or tabs separate them, whichever gives the first row so many;
        a first line ``sep=…``, as Excel knows it, decides.

    Raises
    ------
    SourceError
        As :func:`read_text`; also for no row at all, a broken quote, another separator, or more columns.
    """
    text = read_text(path)
    separator, skipped = separator_of(text, columns)
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=separator)
    lines: list[Line] = []
    start = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells and start > skipped:
                if len(cells) > columns:
                    raise SourceError(f"这一行有 {len(cells)} 列，应有 {columns} 列，请删去多余的列", start)
                if len(lines) == MAX_ROWS:
                    raise SourceError(f"有 {MAX_ROWS} 行以上，统一格式的表没有这么多，请删去多余的行", start)
                if separator == ";" and (doubtful := next(filter(_COMMA_IN_NUMBER.search, cells), None)):
                    raise SourceError(
                        f"各列用分号分隔，“{doubtful}”里的逗号分不清是小数点还是千分位，请去掉千分位，小数点用“.”",
                        start,
                    )
                lines.append(Line(start, cells))
            start = reader.line_num + 1
    except csv.Error:
        raise SourceError("这一行的引号不成对，或单元格过长，请检查", start) from None
    if not lines:
        raise SourceError("文件是空的，请从统一格式的空表重新填写")
    return lines


def separator_of(text: str, columns: int) -> tuple[str, int]:
    """Return what separates the cells of a CSV's text, and how many lines at the top only say so.

    Raises
    ------
    SourceError
        Something else seems to separate them.
    """
    first, _, rest = text.partition("\n")
    if stated := re.fullmatch(r"\ufeff?\"?sep=(.)\"?[,;\t]*\r?", first):
        if stated[1] not in SEPARATORS:
            raise SourceError(f"第一行说各列用“{stated[1]}”分隔，只能用{'、'.join(SEPARATORS.values())}", 1)
        return stated[1], 1
    head = next((line for line in (first, *rest.split("\n", 5)[:5]) if line.strip()), "")
    fitting = [one for one in SEPARATORS if head.count(one) >= columns - 1]
    if fitting or head.count(","):
        return (fitting or [","])[0], 0
    strange = next((mark for mark in "|，；、 " if head.count(mark) >= columns - 1), None)
    if strange:
        raise SourceError(
            f"各列像是用“{strange}”分隔的，应是逗号；请在 Excel 或 WPS 里另存为“CSV UTF-8（逗号分隔）”", 1
        )
    return ",", 0


_HIDDEN = {"Cc", "Cf", "Cs"}
_SHAPELESS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"


def unprintable(text: str) -> str | None:
    """Return the first character of a text that nobody sees or that turns the others round, as in U+202E; or None.

    Line breaks and tabs are seen; surrogates, control characters and those of no width (Unicode Cc, Cf, Cs) are not, nor
    are the letters and marks without a shape.
    """
    hidden = (
        char
        for char in text
        if (unicodedata.category(char) in _HIDDEN or char in _SHAPELESS) and char not in "\n\t\r"
    )
    found = next(hidden, None)
    return None if found is None else f"U+{ord(found):04X}"
