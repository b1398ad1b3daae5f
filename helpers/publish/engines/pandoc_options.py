"""What pandoc is told for one format: its own options, the document's metadata, what our filters need to know."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from helpers.files.writing import write_file, write_text
from helpers.publish.cells.cell_markdown import FIGURES
from helpers.publish.qmd.errors import PublishError
from helpers.publish.qmd.options import Options, as_list
from helpers.publish.qmd.project import FILE_OPTIONS
from helpers.publish.qmd.source import Task
from helpers.publish.qmd.supported import inventory, through_template

__all__ = ["defaults_of", "filter_context", "metadata"]

HERE = Path(__file__).parent
PARTIALS = ("typst-template.typ", "page.typ", "typst-show.typ")
WRITERS = {"html": "html5", "typst": "typst", "docx": "docx"}

#: Our own filters as a project names them for Quarto: among ours anyway.
OURS = tuple(f"helpers/publish/engines/filters/{name}.lua" for name in ("callouts", "captioned", "formulas"))
#: Where a filter comes that Quarto is to run ``at`` a point of its own work.
STAGES = {
    **dict.fromkeys(("pre-ast", "post-ast", "pre-quarto"), "before"),
    **dict.fromkeys(("post-quarto", "pre-render", "post-render", "pre-finalize"), "after"),
    "post-finalize": "last",
}

#: Words of captions, references and headings, by language.
WORDS = {
    "zh": {"fig": "图", "tbl": "表", "sec": "小节", "toc": "目录", "abstract": "摘要"},
    "en": {
        "fig": "Figure",
        "tbl": "Table",
        "sec": "Section",
        "toc": "Table of contents",
        "abstract": "Abstract",
    },
}
DELIMITERS = {"colon": ":", "period": ".", "space": " ", "quad": "\u2003", "none": ""}


def metadata(task: Task) -> dict[str, Any]:
    """Everything that pandoc and this package do not take as an option."""
    options, output_format = task.options, task.format
    known = inventory()["document"]
    data = {n: value for n, value in options.data.items() if n not in known or known[n].use == "metadata"}
    words = _words(options)
    titles = {f"{name}-title": words[name] for name in ("toc", "abstract") if options.data.get(name)}
    defaults: dict[str, Any] = {"lang": "en", **titles}
    if output_format == "typst":
        defaults["caption-delimiter"] = _delimiter(options)
        if options.data.get("number-sections"):
            defaults["section-numbering"] = "1.1.1"
    if names := _authors(options):
        data["author"] = names
        if output_format != "docx":  # where every metadatum becomes a property of the file
            defaults["by-author"] = [{"name": {"literal": name}} for name in names]
    margin = options.data.get("margin")
    if output_format == "docx" and isinstance(margin, dict):  # as text, which word_package.py reads
        data["margin"] = "; ".join(f"{side}: {length}" for side, length in margin.items())
    extra = options.data.get("metadata")
    return {**defaults, **data, **(extra if isinstance(extra, dict) else {})}


def _authors(options: Options) -> list[str]:
    """Return the authors' names, written as text or as ``name:``."""
    names = []
    for author in as_list(options.data.get("author")):
        name = author.get("name") if isinstance(author, dict) and len(author) == 1 else author
        if not isinstance(name, str):
            raise options.refuse("作者只能是姓名，或只有 name 一项", "author")
        names.append(name)
    return names


def _words(options: Options) -> dict[str, str]:
    language = str(options.data.get("lang", "en")).split("-")[0]
    if language not in WORDS:
        raise options.refuse(f"图表的编号只有 {'、'.join(WORDS)} 两种语言", "lang")
    return WORDS[language]


def _delimiter(options: Options) -> str:
    given = str(options.child("crossref").data.get("title-delim", ":"))
    return DELIMITERS.get(given, given)


def filter_context(task: Task) -> dict[str, Any]:
    """Gather what the filters need to know."""
    options = task.options
    words, own = _words(options), options.child("crossref").data
    return {
        "format": task.format,
        "profile": task.profile or "",
        "folder": str(task.document.folder),
        "work": str(task.work),
        "figures": FIGURES,
        "html_tables": options.data.get("html-table-processing") != "none",
        "number_sections": bool(options.data.get("number-sections")),
        "titles": {kind: str(own.get(f"{kind}-title", words[kind])) for kind in ("fig", "tbl")},
        "prefixes": {kind: str(own.get(f"{kind}-prefix", words[kind])) for kind in ("fig", "tbl", "sec")},
        "delimiter": _delimiter(options),
        "citations": bool(options.data.get("bibliography")),
        "accessible": task.accessible,
        "python": sys.executable,
        "rasterize": str(HERE / "rasterize.py"),
    }


def defaults_of(task: Task) -> dict[str, Any]:
    """Pandoc's own options."""
    options, output_format = task.options, task.format
    defaults: dict[str, Any] = {
        "to": WRITERS[output_format],
        "wrap": "none",
        "resource-path": [str(task.work), str(task.document.folder)],
        **{
            name: options.data[name]
            for name, row in sorted(inventory()["document"].items())
            if row.use == "pandoc" and options.data.get(name) is not None
        },
    }
    for name, many in FILE_OPTIONS.items():
        if files := _files(task, name):
            defaults[name] = files if many else files[0]
    variables = options.data.get("variables") or {}
    if output_format == "html":
        look = through_template("html").keys() - through_template("docx").keys()
        wanted = options.data.get("document-css", look & options.data.keys())
        width = options.data.get("max-width")  # as pandoc's own template calls it
        variables = {"document-css": bool(wanted), **({"maxwidth": width} if width else {}), **variables}
    if variables:
        defaults["variables"] = variables
    partials = _files(task, "template-partials")
    if output_format == "typst" or partials:
        defaults["template"] = _template(task, partials, defaults.get("template"))
    if partials or "template" in options.data:
        _refuse_unused(task, Path(defaults["template"]))
    defaults["filters"] = _filters(options, task.document.folder)
    return defaults


def _refuse_unused(task: Task, template: Path) -> None:
    """Refuse what reaches a format through its template, where the document has one of its own that leaves it out."""
    parts = template.parent.iterdir() if task.format == "typst" else [template]
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in parts)
    for name, variable in through_template(task.format).items():
        used = re.search(rf"\$[^$]*(?<![\w-]){re.escape(variable)}(?![\w-])[^$]*\$", text)
        if task.options.data.get(name) and not used:
            raise task.options.refuse(f"模板 {template.name} 不用它", name)


def _files(task: Task, name: str) -> list[str]:
    """Return the files an option names, each of them there; ``text:`` is written to one."""
    files = []
    for number, item in enumerate(as_list(task.options.data.get(name))):
        if isinstance(item, dict) and isinstance(item.get("text"), str) and name.startswith("include-"):
            path = task.work / f"{task.format}-{name}-{number}.txt"
            write_text(path, item["text"])
        elif isinstance(item, str) and not re.match(r"\w\w+:", item):
            path = task.document.folder / item.lstrip("/")
            if not path.is_file():
                raise PublishError(f"{name} 指的文件不存在：{item}", task.options.place(name))
        else:
            raise task.options.refuse(f"只能是文档旁的文件名，现为 {item!r}", name)
        files.append(str(path))
    return files


def _template(task: Task, partials: list[str], template: str | None) -> str:
    """Lay template and partials side by side, where pandoc looks for them; the document's win over ours."""
    folder = task.work / f"{task.format}-template"
    folder.mkdir()
    if template is None:
        if partials and any(Path(partial).name not in PARTIALS for partial in partials):
            raise task.options.refuse(f"没有 template 时只能是 {'、'.join(PARTIALS)}", "template-partials")
        for path in (HERE / "typst").iterdir():
            write_file(folder / path.name, path.read_bytes())
    name = Path(template).name if template else "template.typ"
    for path in [*map(Path, partials), *([Path(template)] if template else [])]:
        write_file(folder / path.name, path.read_bytes())
    return str(folder / name)


def _filters(options: Options, folder: Path) -> list[str]:
    """Put the document's filters where Quarto does: once tables are native, or where ``quarto`` stands before, at the end.

    Those with an ``at:`` come where it says, whatever files name further ones.
    """
    stages: dict[str, list[str]] = {"before": [], "after": [], "last": []}
    stage = "before"
    for item in as_list(options.data.get("filters")):
        if item == "quarto":
            stage = "after"
            continue
        placed = isinstance(item, dict) and item.keys() == {"at", "path"}
        at, path = (item["at"], item["path"]) if placed else ("", item)
        if (at and at not in STAGES) or not isinstance(path, str) or not path.endswith(".lua"):
            raise options.refuse(f"只支持 Lua 文件（.lua），现为 {item!r}", "filters")
        if not (folder / path).is_file():
            raise PublishError(f"filters 指的文件不存在：{path}", options.place("filters"))
        if not path.endswith(OURS):
            stages[STAGES.get(at, stage)].append(str(folder / path))
    first, second = (str(HERE / "filters" / name) for name in ("first.lua", "second.lua"))
    files = [first, *stages["before"], second]
    if options.data.get("bibliography") and options.data.get("citeproc") is not False:
        files.append("citeproc")
    return [*files, *stages["after"], *stages["last"]]
