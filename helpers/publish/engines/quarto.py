"""The engine Quarto, where there is one."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from helpers.files import extras, supervise
from helpers.files.writing import write_text
from helpers.files.yaml_text import dump_yaml
from helpers.publish.qmd.errors import CellError, Place, PublishError, without_colours
from helpers.publish.qmd.options import FORMATS, Options
from helpers.publish.qmd.source import Document, Job, cell_name, dated

__all__ = ["find_quarto", "render"]

OLDEST = "1.10"
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Warning|Exit)\b")
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)|^\s*Cell In\[\d+\], line \d+")
#: What a filter of a project says itself.
_OURS = re.compile(r"\S+\.qmd:\d+：")


@cache
def _version(executable: str) -> str:
    process = subprocess.run(
        [executable, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return process.stdout.strip() if process.returncode == 0 else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def find_quarto(options: Options) -> tuple[str | None, str]:
    """Look for a Quarto that ``quarto-required`` (``>=1.10.0``) of the options finds new enough.

    Returns the executable or None, and one line about it for people.
    """
    executable = shutil.which("quarto")
    if executable is None:
        return None, "没有找到 Quarto"
    version = _version(executable)
    required = re.search(r">=?\s*([\d.]+)", str(options.data.get("quarto-required", "")))
    oldest = required[1] if required else OLDEST
    if not version or _numbers(version) < _numbers(oldest):
        return None, f"Quarto 版本是 {version or '未知'}，需要 {oldest} 或更新的"
    found = f"找到 Quarto {version}"
    if extras.missing("quarto"):
        return None, f"{found}，但没有它要用的附加组件 quarto（装一次即可：{extras.command('quarto')}）"
    return executable, found


def versions(executable: str) -> dict[str, str]:
    """Return the versions for the manifest: ``quarto`` and ``python``."""
    return {"quarto": _version(executable), "python": sys.version.split()[0]}


def render(job: Job, executable: str) -> dict[str, Path]:
    """Render with Quarto; return the outputs by format.

    Raises PublishError with what Quarto or the failed cell says, without traceback.
    """
    document, work = job.document, job.work
    work.mkdir()
    common = ["--profile", job.profile] if job.profile else []
    if job.parameters:
        file = work / "parameters.yml"
        plain = {
            name: str(value) if isinstance(value, Path) else value for name, value in job.parameters.items()
        }
        write_text(file, dump_yaml(plain))
        common += ["--execute-params", str(file)]
    _, environment = dated(job.shared.data.get("date"))
    variables = {**environment, "QUARTO_PYTHON": sys.executable, "NO_COLOR": "1"}
    variables.pop("QUARTO_PROFILE", None)
    outputs = {}
    for name in job.wanted:  # `--to` takes one format, and Quarto runs the cells anew for each anyway
        job.progress(f"Quarto 生成 {name}")
        where = ["--to", FORMATS[name], "--output-dir", str(work / name)]
        outputs[name] = work / name / f"{document.path.stem}.{name}"
        command = [executable, "render", str(document.path), *where, *common]
        _run(document, command, variables, outputs[name])
    return outputs


def _run(document: Document, command: list[str], variables: Mapping[str, str], output: Path) -> None:
    """Have Quarto write a file; what stands beside the document stands there unchanged afterwards."""
    with (
        _restoring_neighbours(document.path),
        subprocess.Popen(
            [sys.executable, supervise.__file__, *command],
            cwd=document.folder,
            env=variables,
            stdin=subprocess.PIPE,  # whose end tells that this process is gone, or was interrupted: all of it ends then
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process,
    ):
        assert process.stderr is not None
        log = process.stderr.read()
    if process.returncode or not output.is_file():
        raise _error(log, document)


@contextlib.contextmanager
def _restoring_neighbours(document: Path) -> Iterator[None]:
    """Undo what Quarto does beside the document: it writes there first, over what stands there, and moves it away."""
    endings = "_files .quarto_ipynb .typ .html .pdf .docx .html.md .typst.md .docx.md"
    beside = [document.with_name(document.stem + ending) for ending in endings.split()]
    with tempfile.TemporaryDirectory(prefix="publish-") as safe:
        standing = [path for path in beside if path.exists()]
        for path in standing:
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, Path(safe, path.name))
        try:
            yield
        finally:
            for path in beside:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
            for path in standing:
                shutil.move(Path(safe, path.name), path)


def _place(document: Document, number: int, total: int, label: str, log: str) -> Place | None:
    """Find the line that raised in a cell that Quarto counts; a cell of parameters that it puts in is none of the document's."""
    fences = [line for line, text in enumerate(document.lines, 1) if re.match(r" *`{3,}\s*\{python\b", text)]
    if label:
        named = document.find(rf"^#\|\s*label:\s*{re.escape(label)}\s*$")
        fence = max((line for line in fences if named and line < named.line), default=0)
    else:
        tags = document.find(r"^#\|\s*tags:.*\bparameters\b")
        tagged = sum(line < tags.line for line in fences) if tags else 0
        position = number - (total == len(fences) + 1 and number > tagged)
        fence = fences[position - 1] if total - len(fences) in (0, 1) else 0
    raised = re.search(r"Cell In\[\d+\], line (\d+)", log)
    return Place(document.path, fence + (int(raised[1]) if raised else 0)) if fence else None


def _error(log: str, document: Document) -> PublishError:
    """Find the sentence that matters in Quarto's log: the exception's own words, or its type and message."""
    log = without_colours(log)
    lines = [line.rstrip() for line in log.splitlines()]
    progress = re.findall(r"Cell (\d+)/(\d+): '(.*?)'", log)
    number, total, label = progress[-1] if progress else ("", "", "")
    name = cell_name(label)
    place = _place(document, int(number), int(total), label, log) if progress else None
    if any(line.startswith("An error occurred while executing") for line in lines):
        start = max(number for number, line in enumerate(lines) if line == "-" * 18)
        message = [line for line in lines[start + 1 :] if line.strip() and not line.startswith("WARN")]
        if any(_TRACEBACK.search(line) for line in message):
            # Not the last line: a kernel that is shut down may have something to say after it.
            raised = [line for line in message if _EXCEPTION.match(line) and not _TRACEBACK.search(line)]
            return CellError(f"{name}出错：{(raised or message[-1:])[0]}", place)
        return CellError("\n".join(message))
    if "Kernel died" in lines:
        return PublishError(f"{name}运行时内核意外退出（内存不足，或被结束）", place)
    if ours := next((line for line in lines if _OURS.match(line)), None):
        return PublishError(ours)
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return PublishError("Quarto 没有完成：" + "\n".join(errors or [line for line in lines if line][-5:]))
