"""Typst source to PDF, with fonts found once a process."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from .config import Options
from .errors import PublishError

__all__ = ["load_fonts", "typeset"]

_OUTSIDE = re.compile(r'image\("publish:((?:[^"\\]|\\.)+)"')
_lock = threading.Lock()


@cache
def _fonts(folders: tuple[str, ...]) -> Any:
    import typst

    return typst.Fonts(font_paths=list(folders))


def load_fonts(options: Options, folder: Path) -> Any:
    """Find the fonts of a document: those of ``font-paths``, then the system's.

    Parameters
    ----------
    options
        The options of the format ``typst``.
    folder
        The document's folder, where ``font-paths`` start.

    Returns
    -------
    typst.Fonts
        Kept for further documents of this process.

    Raises
    ------
    PublishError
        For a folder that is not there.
    """
    given = options.data.get("font-paths") or []
    folders = []
    for item in given if isinstance(given, list) else [given]:
        path = (folder / str(item)).resolve()
        if not path.is_dir():
            raise PublishError(f"font-paths 指的文件夹不存在：{item}", options.place("font-paths"))
        folders.append(str(path))
    with _lock:
        return _fonts(tuple(folders))


def typeset(source: Path, target: Path, folder: Path, options: Options, epoch: int | None) -> None:
    """Set a PDF.

    Parameters
    ----------
    source
        Typst, as pandoc wrote it.
    target
        The PDF to write.
    folder
        The document's folder: relative paths start there, and nothing outside can be read.
    options
        The options of the format ``typst`` (``font-paths``, ``pdf-standard``).
    epoch
        Seconds since 1970 that date the PDF, or None for now.

    Raises
    ------
    PublishError
        For whatever Typst refuses, with its hints.
    """
    import typst

    given = options.data.get("pdf-standard") or []
    standards: Any = [str(item) for item in (given if isinstance(given, list) else [given])]
    inputs: dict[str, str] = {}
    code = _OUTSIDE.sub(_carried(inputs), source.read_text(encoding="utf-8"))
    try:
        compiler = typst.Compiler(root=str(folder), font_paths=load_fonts(options, folder))
        pdf: Any = compiler.compile(
            code.encode(),
            format="pdf",
            sys_inputs=inputs,
            timestamp=epoch,
            pdf_standards=standards,
        )
    except typst.TypstError as error:
        raise PublishError(_message(error)) from None
    except ValueError as error:
        raise options.refuse(str(error), "pdf-standard") from None
    target.write_bytes(pdf)


def _carried(inputs: dict[str, str]) -> Callable[[re.Match[str]], str]:
    """Carry pictures from outside the folder into Typst as text: figures, and what the document takes from elsewhere."""

    def replace(match: re.Match[str]) -> str:
        path = Path(match[1].replace('\\"', '"').replace("\\\\", "\\"))
        inputs[path.name] = _as_svg(path)
        return f'image(bytes(sys.inputs.at("{path.name}")), format: "svg"'

    return replace


def _as_svg(path: Path) -> str:
    """Return an SVG as it is, and pixels wrapped in one, since a Typst input is text."""
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


def _message(error: Any) -> str:
    lines = [f"排版 PDF 没有完成：{error.message}", *(f"提示：{hint}" for hint in error.hints)]
    if found := re.search(r"^\s*\d+ │ (.*)$", error.diagnostic or "", re.MULTILINE):
        lines.append(f"此处（Typst 源）：{found[1].strip()[:200]}")
    return "\n".join(lines)
