"""Which options the built-in engine honours; every other that Quarto knows is refused by name and line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from helpers.files.yaml_text import read_yaml
from helpers.publish.qmd.options import FORMATS, Options

#: Options that name files beside the document; the value says whether pandoc wants a list.
FILE_OPTIONS = {
    "template": False,
    "reference-doc": False,
    "css": True,
    "include-in-header": True,
    "include-before-body": True,
    "include-after-body": True,
}
#: Options that are only understood with one value, and what to say of any other.
ONLY = {
    "theme": ("none", "只支持 theme: none（页面样式请用 css）"),
    "minimal": (True, "只支持 minimal: true"),
    "embed-resources": (True, "只支持 embed-resources: true（网页总是一个文件）"),
    "enabled": (True, "单元格总是运行"),
    "freeze": (False, "单元格总是重新运行，不支持 freeze"),
    "cache": (False, "单元格总是重新运行，不支持 cache"),
    "fig-align": ("center", "图总是居中"),
    "engine": ("jupyter", "只支持 engine: jupyter"),
    "citeproc": (False, "不支持参考文献"),
    "keep-md": (False, "不保留中间文件"),
    "keep-typ": (False, "不保留中间文件"),
    "keep-ipynb": (False, "不保留中间文件"),
    "anchor-sections": (False, "不支持标题旁的链接"),
    "smooth-scroll": (False, "不支持平滑滚动"),
    "code-copy": (False, "不支持复制代码的按钮"),
    "code-tools": (False, "不支持代码工具"),
    "code-fold": (False, "不支持折叠代码"),
    "html-table-processing": ("none", "网页里的表格总是原样保留，只支持 none"),
    "html-math-method": ("mathml", "只支持 html-math-method: mathml"),
}
FIGURE_FORMATS = ("png", "svg", "retina")


@cache
def option_names(kind: str) -> frozenset[str]:
    """Return the names of one kind of options, as listed in ``options.yml``.

    Parameters
    ----------
    kind
        ``pandoc``, ``own``, ``execute``, ``crossref``, ``cell`` or ``refused``.
    """
    return frozenset(read_yaml(Path(__file__).with_name("options.yml")).value[kind])


def check_options(shared: Options, formats: Mapping[str, Options]) -> None:
    """Refuse, by name and line, what Quarto knows and the built-in engine does not do.

    Parameters
    ----------
    shared
        What holds for every format.
    formats
        The options of the formats asked for.

    Raises
    ------
    PublishError
        For the first such option.
    """
    for name in shared.child("format").data:
        if name not in FORMATS.values():
            raise shared.refuse("只支持 html、typst（PDF）和 docx 三种格式", "format", name)
    for options in formats.values():
        _check(options)


def _check(options: Options) -> None:
    for name, value in options.data.items():
        check_only(options, name, value, name)
        if name in option_names("refused"):
            raise options.refuse("内置引擎不认识它；请删去，或改用 Quarto 生成", name)
        if name == "date" and str(value) in ("today", "now", "last-modified"):
            raise options.refuse("日期请写明，如 2025-01-20，以便每次生成的文件相同", "date")
        if name == "fig-format" and value not in FIGURE_FORMATS:
            raise options.refuse(f"只支持 {'、'.join(FIGURE_FORMATS)}", name)
    execute = options.child("execute")
    for name, value in execute.data.items():
        check_only(options, name, value, "execute", name)
        if name not in option_names("execute") and name not in ONLY and not name.startswith("fig-"):
            raise options.refuse("内置引擎不认识它", "execute", name)
    for name in options.child("crossref").data:
        if name not in option_names("crossref"):
            raise options.refuse(f"只支持 {'、'.join(sorted(option_names('crossref')))}", "crossref", name)
    kernel = options.data.get("jupyter", "python3")
    if kernel != "python3":
        raise options.refuse("只支持 jupyter: python3", "jupyter")


def check_only(options: Options, name: str, value: Any, *keys: str) -> None:
    """Refuse an option of ``ONLY`` with another value than the one that is understood.

    Parameters
    ----------
    options
        The tree it stands in.
    name
        Its name.
    value
        Its value.
    *keys
        Its path of keys.

    Raises
    ------
    PublishError
        For another value.
    """
    if name in ONLY and value is not None and value != ONLY[name][0]:
        raise options.refuse(ONLY[name][1], *keys)


def figure_size(formats: Mapping[str, Options]) -> dict[str, Any]:
    """Return the size, resolution and file formats of figures that one run of the cells must make.

    Parameters
    ----------
    formats
        The options of the formats asked for, by Quarto's name.

    Returns
    -------
    dict
        ``width`` and ``height`` in inches, ``dpi``, and ``formats``: a sorted list of ``svg``, ``png``, ``retina``.

    Raises
    ------
    PublishError
        Where two formats ask for different sizes.
    """
    chosen: dict[str, Any] = {}
    for option, default in (("fig-width", 7), ("fig-height", 5), ("fig-dpi", 96)):
        values: dict[float, Options] = {}
        for options in formats.values():
            value = options.data.get(option, options.child("execute").data.get(option))
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
                raise options.refuse(f"应为正数，现为 {value!r}", option)
            values[value] = options
        if len(values) > 1:
            raise [*values.values()][-1].refuse("单元格只运行一次，各格式的值须相同", option)
        chosen[option.removeprefix("fig-")] = next(iter(values), default)
    chosen["formats"] = sorted({figure_format(name, options) for name, options in formats.items()})
    return chosen


def figure_format(name: str, options: Options) -> str:
    """Return the file format of the figures in one output format.

    Parameters
    ----------
    name
        Quarto's name of the format.
    options
        Its options.

    Returns
    -------
    str
        ``svg``, ``png`` or ``retina`` (a PNG of twice the resolution).
    """
    return str(options.data.get("fig-format") or ("retina" if name == "docx" else "svg"))
