"""What the built-in engine makes of whatever Quarto documents, as listed in ``inventory.yml``: done, or refused by name and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

from helpers.files.yaml_text import read_own_yaml
from helpers.publish.qmd.errors import Place, PublishError
from helpers.publish.qmd.options import FORMATS, Options, as_list
from helpers.publish.qmd.project import project_folder

#: Options that have one of a few values.
CHOICES = {
    "fig-format": ("png", "svg", "retina"),
    "reference-location": ("block", "section", "document"),
    "wrap": ("auto", "none", "preserve"),
    **dict.fromkeys(("highlight-style", "syntax-highlighting"), ("none", "default", "idiomatic")),
}
FONTS = ("mainfont", "monofont", "codefont", "mathfont")
_TRUTHS = ("toc", "number-sections", "citeproc", "echo", "eval", "include", "warning", "error")
#: Our own steps around Quarto's rendering, here or in a copy of the project.
_OURS = "helpers/publish/"


@dataclass(frozen=True)
class Row:
    """What becomes of one name, and why, in Chinese; empty where nothing need be said.

    ``only`` holds the one value that is supported, and is empty where any is; ``use`` tells whether the name reaches pandoc as
    metadata, as an option of pandoc's, or not.
    """

    status: Literal["supported", "refused", "no effect"]
    because: str = ""
    only: tuple[Any, ...] = ()
    use: Literal["metadata", "pandoc", "own"] = "metadata"


@cache
def inventory() -> dict[str, dict[str, Row]]:
    """Return every name that Quarto documents, by kind as in ``inventory.yml``.

    ``document``, ``project``, ``execute``, ``crossref``, ``cell``, ``class``, ``attribute``, ``label``, ``shortcode``, ``file``.
    """
    table: dict[str, dict[str, Row]] = {}
    for kind, given in _written().items():
        rows = table[kind] = {name: Row("supported") for name in given["supported"]}
        rows |= {name: Row("supported", use="pandoc") for name in given.get("pandoc", [])}
        rows |= {name: Row("supported", use="own") for name in given.get("own", [])}
        rows |= {
            name: Row("supported", why, (value,), "own")
            for name, (value, why) in given.get("only", {}).items()
        }
        for why, names in given.get("refused", {}).items():
            rows |= {name: Row("refused", why, use="own") for name in names}  # its `false` is no metadatum
        for why, names in given.get("no effect", {}).items():
            rows |= {name: Row("no effect", why) for name in names}
    return table


@cache
def _written() -> dict[str, Any]:
    written: dict[str, Any] = read_own_yaml(Path(__file__).with_name("inventory.yml"))
    return written


def through_template(output_format: str) -> dict[str, str]:
    """Return the options that reach a format through its template, and the variable by which each does; others drop them."""
    given: dict[str, Any] = _written()["document"]["template"]
    names: dict[str, str] = given["as"]
    return names | {name: name for name in given["all"] + given[output_format]}


def refusal(kind: str, name: str, value: Any = True) -> str | None:
    """Return why a name of a kind of :func:`inventory` is refused with a value, in Chinese; None where it is not.

    ``false`` and ``none`` ask for nothing; of an unknown name the nearest known one is told.
    """
    rows = inventory()[kind]
    if name not in rows:
        own = "文档自己的数据请写在 metadata: 下；" if kind == "document" else ""
        return f"没有这个名称，{own}最接近的是 {nearest(kind, name)}"
    row = rows[name]
    if row.only and value is not None and value != row.only[0]:
        only = str(row.only[0]).lower() if isinstance(row.only[0], bool) else row.only[0]
        return f"{row.because}，只支持 {only}"
    return row.because if row.status == "refused" and value not in (None, False, "none") else None


def nearest(kind: str, name: str, likeness: float = 0.0) -> str | None:
    """Return the known name of a kind that is most like another, None where none is like it by ``likeness``, from 0 to 1."""
    return next(iter(get_close_matches(name, inventory()[kind], 1, likeness)), None)


def check(kind: str, options: Options, *above: str) -> None:
    """Refuse, by name and line, the options of a kind that the built-in engine does not do.

    ``above`` is the path of keys to those that are checked.
    """
    checked = options
    for key in above:
        checked = checked.child(key)
    for name, value in checked.data.items():
        if reason := refusal(kind, name, value):
            raise options.refuse(reason, *above, name)
        if name in _TRUTHS and value not in (None, True, False):
            raise options.refuse(f"只支持 true、false，现为 {value!r}", *above, name)


def check_options(folder: Path, shared: Options, formats: Mapping[str, Options]) -> None:
    """Refuse, by name and line, the first option or file that the built-in engine does not do.

    ``shared`` holds for every format, ``formats`` for those asked for.
    """
    for name in shared.child("format").data:
        if name not in FORMATS.values():
            raise shared.refuse("只支持 html、typst（PDF）和 docx 三种格式", "format", name)
    _check_project(folder, shared)
    for options in formats.values():
        _check(options)


def _check_project(folder: Path, shared: Options) -> None:
    root, project = project_folder(folder), shared.child("project")
    for name, row in inventory()["file"].items():
        if row.status == "refused" and (root / name).is_file():
            raise PublishError(row.because, Place(root / name, 1))
    if project.data.get("execute-dir") == "project" and root != folder:
        raise shared.refuse("单元格总在文档所在的文件夹运行", "project", "execute-dir")
    for name in ("pre-render", "post-render"):
        scripts = as_list(project.data.get(name))
        if scripts and all(str(script).endswith(f"{_OURS}{name.replace('-', '_')}.py") for script in scripts):
            project = project.without(name)  # what they do for Quarto the engine does by itself
    check("project", Options({"project": project.data}, shared.places), "project")


def _check(options: Options) -> None:
    check("document", options.without("project"))
    for name, value in options.data.items():
        if name == "date" and str(value) in ("today", "now", "last-modified"):
            raise options.refuse("日期请写明，如 2025-01-20，以便每次生成的文件相同", "date")
        if value is not None and value not in CHOICES.get(name, (value,)):
            raise options.refuse(f"只支持 {'、'.join(CHOICES[name])}", name)
        if name in FONTS and '"' in str(value):
            raise options.refuse("字体名里不能有引号；几种字体请写成 YAML 的列表", name)
    for kind in ("execute", "crossref"):
        check(kind, options, kind)
    if options.data.get("jupyter", "python3") != "python3":
        raise options.refuse("只支持 jupyter: python3", "jupyter")


def figure_size(formats: Mapping[str, Options]) -> dict[str, Any]:
    """Return size, resolution and file formats of the figures that one run of the cells must make for all ``formats``.

    ``width`` and ``height`` in inches, ``dpi``, and ``formats``: a sorted list of ``svg``, ``png`` and ``retina``, a PNG of twice the
    resolution. Raises PublishError where two formats ask for different sizes.
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
    usual = {"docx": "retina"}
    chosen["formats"] = sorted(
        {str(options.data.get("fig-format") or usual.get(name, "svg")) for name, options in formats.items()}
    )
    return chosen
