"""Typst source to PDF, with fonts found once a process."""

from __future__ import annotations

import base64
import json
import re
import threading
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from helpers.files.writing import write_file
from helpers.publish.qmd.errors import PublishError
from helpers.publish.qmd.options import Options, as_list
from helpers.publish.qmd.source import Document
from helpers.publish.qmd.supported import FONTS

__all__ = ["load_compiler", "typeset"]

OUTSIDE_IMAGE = re.compile(r'image\("publish:((?:[^"\\]|\\.)+)"')
_UNSHOWN = re.compile(r'the text `"(?:\\u\{(?P<code>\w+)\}|(?P<char>.)).*could not be displayed')
_lock = threading.Lock()

_EVICTING_COMPILES = 5
"""Empty documents set after each one.

Typst forgets what it did not use for ten documents, and a process that remembers ten reports needs 350 MB more. So it forgets all that
the next report, whose charts are documents too, does not use: a tenth of the time for 17 MB.
"""


@cache
def _fonts(folders: tuple[str, ...]) -> Any:
    import typst

    return typst.Fonts(font_paths=list(folders))


@lru_cache(maxsize=1)
def _compiler(root: str, folders: tuple[str, ...]) -> Any:
    """Return the compiler of a folder: every further one would take new numbers for its files, of which there are 65,535."""
    import typst

    return typst.Compiler(root=root, font_paths=_fonts(folders))


def load_compiler(options: Options, folder: Path) -> Any:
    """Load the compiler of a document's folder with its fonts, those of ``font-paths``, then the system's; kept for the next document.

    Raises PublishError for a folder that is not there.
    """
    folders = []
    for item in as_list(options.data.get("font-paths")):
        path = (folder / str(item)).resolve()
        if not path.is_dir():
            raise PublishError(f"font-paths 指的文件夹不存在：{item}", options.place("font-paths"))
        folders.append(str(path))
    with _lock:
        return _compiler(str(folder), tuple(folders))


def typeset(source: Path, target: Path, document: Document, options: Options, epoch: int | None) -> None:
    """Set Typst, as pandoc wrote it, as a PDF dated by ``epoch`` (seconds since 1970; None: now).

    Relative paths start in the document's folder, and nothing outside can be read. Raises PublishError for whatever Typst
    refuses, with its hints; for a character without a font by its line.
    """
    import typst

    standards: Any = [str(item) for item in as_list(options.data.get("pdf-standard"))]
    code = OUTSIDE_IMAGE.sub(inline_image, source.read_text(encoding="utf-8"))
    compiler = load_compiler(options, document.folder)
    try:
        with _lock:
            pdf, warnings = compiler.compile_with_warnings(
                code.encode(), format="pdf", timestamp=epoch, pdf_standards=standards
            )
            for _ in range(_EVICTING_COMPILES):
                compiler.compile(b"")
    except typst.TypstError as error:
        raise _refused(error, document) from None
    except ValueError as error:
        raise options.refuse(str(error), "pdf-standard") from None
    _refuse_missing_fonts(warnings, options)
    write_file(target, pdf)


def _refuse_missing_fonts(warnings: Any, options: Options) -> None:
    """Refuse a font that the document asks for and nobody has: Typst would take another and say so to nobody."""
    missing = re.findall(r"unknown font family: (.+)", "\n".join(str(one.message) for one in warnings))
    for name in FONTS:
        for font in as_list(options.data.get(name)):
            if str(font).lower() in missing:
                raise options.refuse(f"没有字体 {font}；请安装，或把字体文件放进 font-paths 的文件夹", name)


def inline_image(found: re.Match[str]) -> str:
    """Carry a picture from outside the folder in the text: figures, and what the document takes from elsewhere."""
    path = Path(found[1].replace('\\"', '"').replace("\\\\", "\\"))
    # JSON's escapes are Typst's for all that can stand in an SVG.
    return f'image(bytes({json.dumps(_as_svg(path), ensure_ascii=False)}), format: "svg"'


def _as_svg(path: Path) -> str:
    """Return an SVG as it is, and pixels wrapped in one, since Typst's source is text."""
    data = path.read_bytes()
    if path.suffix.lower() == ".svg":
        return data.decode("utf-8")
    if not data.startswith(b"\x89PNG"):
        raise PublishError(f"PDF 里只支持文档文件夹以外的 SVG 和 PNG 图片，此处是 {path.name}")
    width, height = (int.from_bytes(data[start : start + 4], "big") for start in (16, 20))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{base64.b64encode(data).decode()}"/></svg>'
    )


def _refused(error: Any, document: Document) -> PublishError:
    if found := _UNSHOWN.search(error.message):
        char = chr(int(found["code"], 16)) if found["code"] else found["char"]
        said = f"字符“{char}”（U+{ord(char):04X}）没有字体能显示，PDF 印不出；请换用常用字，或给出有它的字体（mainfont）"
        return PublishError(said, document.find(re.escape(char)))
    lines = [f"排版 PDF 没有完成：{error.message}", *(f"提示：{hint}" for hint in error.hints)]
    if found := re.search(r"^\s*\d+ │ (.*)$", error.diagnostic or "", re.MULTILINE):
        lines.append(f"此处（Typst 源）：{found[1].strip()[:200]}")
    return PublishError("\n".join(lines))
