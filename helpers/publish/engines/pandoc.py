"""Markdown to HTML, DOCX or Typst by pandoc, our filters inside it.

One process that stays reads a document once for all formats (``resident.py``). Another puts pictures and the like into a page.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from helpers.files.writing import write_text
from helpers.publish.engines.pandoc_options import defaults_of, filter_context, metadata
from helpers.publish.engines.resident import ask
from helpers.publish.engines.self_contained import self_contained
from helpers.publish.qmd.errors import PublishError
from helpers.publish.qmd.source import Task

__all__ = ["convert", "pandoc_version"]

#: A small nursery that stays in the processor's cache, and garbage sought when there is some: little of a document that is done is none.
HEAP = ("+RTS", "-A4m", "-H1m", "-O64m", "-RTS")

#: Whatever a document names on the web is not fetched: no proxy listens there, and pandoc reports what is missing.
OFFLINE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")

#: What the filters report, and what to say of it.
REPORTS = {
    "unknown-reference": "引用 @{0} 找不到对应的图、表或标题",
    "unnumbered-section": "引用 @{0} 指向没有编号的标题；请设 number-sections: true",
    "duplicate-label": "标签 {0} 用了两次",
    "sub-float": "不支持子图、子表，此处是 {0}；几张图并排，请给每张图自己的标识",
    "unknown-meta": "{{{{< meta {0} >}}}}：没有名为 {0} 的元数据",
    "unknown-callout": "不认识提示框 {0}；只有 .callout-note、-tip、-important、-warning、-caution",
    "numbered-callout": "提示框不编号，此处是 {0}；请删去它的标识",
    "missing-image": "找不到图片 {0}",
    "remote-image": "不支持网上的图片 {0}；请放在文档旁边",
    "inline-style": 'PDF 和 Word 不支持写在文中的样式 {0}；请用 {{.content-visible when-format="html"}} 只在网页用它',
    "empty-html": "单元格给的网页片段在 PDF 和 Word 里没有可显示的文字：{0}",
    "missing-alt": "图片 {0} 没有替代文字，PDF/UA 要求有；请写 fig-alt",
    "layout": "layout-ncol={0}：只支持几列并排的图",
    "raw-block": "单元格打印的原始块不在段落之间：{0}",
    "data-image": "PDF 不支持内嵌的图片 {0}…；请存成文件",
}


@cache
def executable() -> str:
    """Return the path of the pandoc that came with the wheel."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


@cache
def pandoc_version() -> str:
    """Return pandoc's version, such as ``3.9``."""
    import pypandoc

    return str(pypandoc.get_pandoc_version())


def convert(task: Task, markdown: str, aside: list[dict[str, str]], environment: Mapping[str, str]) -> Path:
    """Convert the Markdown of one format, as ``write_markdown`` gave it with what stands aside.

    Relative paths start in the document's folder; figures lie in the folder to work in, and there the file that is returned is written.
    Raises PublishError for a file that is missing, a reference without a target, or whatever pandoc refuses.
    """
    target = task.work / f"output.{'typ' if task.format == 'typst' else task.format}"
    source = task.work / f"{task.format}.md"
    write_text(source, markdown.expandtabs(task.options.data.get("tab-stop") or 4))  # pandoc's Lua keeps them
    defaults = defaults_of(task)
    defaults |= {"input-files": [str(source)], "output-file": str(target)}
    request = {
        "folder": str(task.document.folder),
        "epoch": environment.get("SOURCE_DATE_EPOCH"),
        "metadata": json.dumps(metadata(task), ensure_ascii=False),
        "context": filter_context(task) | {"aside": aside},
        "defaults": defaults,
    }
    size = len(markdown) + sum(len(raw["text"]) for raw in aside)
    undated = {name: value for name, value in environment.items() if name != "SOURCE_DATE_EPOCH"}
    failed, said = ask((executable(), *HEAP), {**undated, **OFFLINE}, request, size)
    _raise_for_errors(task, failed, said)
    if task.format == "html":
        _put_into(target, task, defaults.get("css", []), environment)
    return target


def _put_into(page: Path, task: Task, stylesheets: Sequence[str], environment: Mapping[str, str]) -> None:
    """Put stylesheets, pictures and the like into a page: by ourselves what is known to come out the same, else by pandoc."""
    text = page.read_text(encoding="utf-8")
    whole = self_contained(text, {address: Path(address) for address in stylesheets})
    if whole is not None:
        write_text(page, whole)
        return
    template = task.work / "page.html"
    end = "\n" if text.endswith("\n") else ""  # which pandoc drops
    write_text(template, f"$for(header-includes)$$header-includes$$endfor${end}")
    options = ["--standalone", "--embed-resources", "--to=html5", f"--include-in-header={page}"]
    folders = f"--resource-path={task.work}{os.pathsep}{task.document.folder}"
    process = subprocess.run(
        [executable(), *HEAP, *options, folders, f"--template={template}", f"--output={page}"],
        cwd=task.document.folder,
        env={**environment, **OFFLINE},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    _raise_for_errors(task, process.returncode != 0, process.stderr)


def _raise_for_errors(task: Task, failed: bool, errors: str) -> None:
    """Turn what the filters and pandoc report into a message; pandoc's own warnings only matter where one says a file is missing."""
    document = task.document
    if report := re.search(r"^PUBLISH (\S+) (.*)$", errors, re.MULTILINE):
        place = document.find(re.escape(report[2]))
        origin = "" if place else f"（{document.path.name} 的单元格输出）"
        raise PublishError(REPORTS[report[1]].format(report[2]) + origin, place)
    if unknown := re.search(r"Citeproc: citation (\S+) not found", errors):
        raise PublishError(f"参考文献里没有 @{unknown[1]}", document.find(f"@{re.escape(unknown[1])}"))
    if failed:
        place = task.options.place("filters") if "Error running filter" in errors else None
        raise PublishError(f"pandoc 没有完成：{errors.strip()}", place)
    if missing := re.search(r"Could not fetch resource (.+?):?(?: |$)", errors, re.MULTILINE):
        raise PublishError(
            f"找不到 {missing[1]}（网上的文件不取，请放在文档旁边）", document.find(re.escape(missing[1]))
        )
