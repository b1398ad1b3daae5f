"""Bounds on what a file from a stranger may cost, and the look into a package before anything opens it."""

import io
import re
import zipfile
import zlib

from helpers.intake.matching.model import IntakeError

MAX_BYTES = 20_000_000
"""Largest file that is read; a published report with pictures has one or two million bytes."""

MAX_PAGES = 60
"""Most pages of a PDF; the reports of provinces have about thirty."""

MAX_CELLS = 100_000
"""Most cells of all tables of a file, merged cells counted at each place; the form has 400."""

MAX_BLOCKS = 50_000
"""Most paragraphs of a file."""

MAX_SECONDS = 20
"""Longest time for one file."""

MAX_MEMORY = 1_500_000_000
"""Most bytes of address space for reading one file."""

_MAX_PARTS = 2_000
_MAX_UNPACKED = 60_000_000
_MAX_RATIO = 200
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def check_package(data: bytes, kind: str) -> zipfile.ZipFile:
    """Open a DOCX or XLSX as a package after looking at all of it.

    Parameters
    ----------
    kind
        What the file is, for people.

    Raises
    ------
    IntakeError
        It is damaged, encrypted, unpacks to too much, or holds XML with entities.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        parts = package.infolist()
        unpacked = sum(part.file_size for part in parts)
        packed = max(1, sum(part.compress_size for part in parts))
        if len(parts) > _MAX_PARTS or unpacked > _MAX_UNPACKED or unpacked > _MAX_RATIO * packed:
            raise IntakeError(f"{kind}里的内容解压后过大（{unpacked / 1e6:.0f} MB），不像年度报告，没有打开")
        for part in parts:
            if part.flag_bits & 1:
                raise IntakeError(f"{kind}加了密码，请去掉密码后再导入")
            if part.filename.endswith((".xml", ".rels", ".vml")):
                _check_xml(package, part, kind)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise IntakeError(f"{kind}已损坏，打不开；请重新下载或另存一份") from None
    return package


def _check_xml(package: zipfile.ZipFile, part: zipfile.ZipInfo, kind: str) -> None:
    with package.open(part) as stream:
        content = stream.read(part.file_size + 1)
    # In UTF-16 the words would hide behind zero bytes; Office writes UTF-8.
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\0")) or _DOCTYPE.search(content):
        raise IntakeError(f"{kind}里有实体声明或少见的编码，可能是恶意文件，没有打开")


class Budget:
    """Counts what a file costs, and stops it."""

    def __init__(self) -> None:
        self.cells = 0
        self.blocks = 0

    def spend(self, cells: int = 0, blocks: int = 0) -> None:
        """Add to the count.

        Raises
        ------
        IntakeError
            It is more than a report can need.
        """
        self.cells += cells
        self.blocks += blocks
        if self.cells > MAX_CELLS or self.blocks > MAX_BLOCKS:
            raise IntakeError(
                f"表格或段落过多（超过 {MAX_CELLS} 格或 {MAX_BLOCKS} 段），不像年度报告，没有导入"
            )
