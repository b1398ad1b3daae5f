"""Publishing a document: an engine is chosen, and its files appear whole or not at all, with their manifest."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from helpers.files.scratch import scratch
from helpers.files.writing import move_file, write_text
from helpers.finishing.finish import FinishError, finish, load_finishers
from helpers.finishing.manifest import NAME, described, manifest, still_valid
from helpers.publish.engines import quarto as quarto_engine
from helpers.publish.qmd.errors import PublishError
from helpers.publish.qmd.options import FORMATS, Options
from helpers.publish.qmd.project import load_options
from helpers.publish.qmd.source import Job, read_document

__all__ = ["Publication", "publish"]


@dataclass(frozen=True)
class Publication:
    """What was made.

    Attributes
    ----------
    engine
        ``quarto`` or ``pandoc``.
    reason
        Why this engine, one line for people.
    outputs
        The files by format, in the order asked for; ``body`` last.
    manifest
        The manifest beside them.
    """

    engine: str
    reason: str
    outputs: dict[str, Path]
    manifest: Path


def publish(
    document: Path,
    *,
    to: Sequence[str] = ("html", "pdf", "docx"),
    out: Path,
    parameters: Mapping[str, Any] | None = None,
    profile: str | None = None,
    engine: Literal["auto", "quarto", "pandoc"] = "auto",
    inputs: Sequence[Path] = (),
    facts: Mapping[str, Any] | None = None,
    in_process: bool = False,
    forked: bool = False,
    body: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Publication:
    """Make the outputs of a document; they appear in ``out`` whole or not at all.

    Parameters
    ----------
    document
        The ``.qmd``; ``_quarto.yml`` and ``_quarto-<profile>.yml`` are looked for beside it, cells run in its folder.
    to
        Any of ``html``, ``pdf`` and ``docx``.
    out
        The folder for ``<document>.html`` and so on and ``manifest.json``; made if need be.
    parameters
        Set after the cell tagged ``parameters``: text, numbers, truth values, lists, mappings, paths.
    profile
        A profile of Quarto's.
    engine
        ``auto`` takes Quarto where one of version 1.10 (or ``quarto-required``) is on PATH, else the built-in engine.
    inputs
        Files to list in the manifest, with their hashes.
    facts
        What else the manifest shall say, as JSON can hold it.
    in_process
        Have the built-in engine take the least memory and processor time for many documents, instead of the least time
        for one: cells run in this process, so one that ends its process ends this one.
    forked
        Have it run the cells in a copy of this process, where the system can: for a process that makes one document and
        ends, in which nothing is loaded twice then. Cells see what this process has loaded and changed.
    body
        With the page, also make its text for the editor of a website (``<document>-body.html``, the output ``body``);
        not with a profile, which is a page for other readers.
    progress
        Called with one line for each step.

    Returns
    -------
    Publication
        The engine and the files.

    Raises
    ------
    PublishError
        For anything that is wrong with the document, its options, a tool or ``out``, worded for people.
    CellError
        For a cell that raised. An exception that defines ``_render_traceback_()`` words its own message with it.
    """
    notify = progress or (lambda _: None)
    formats = list(dict.fromkeys(to))
    if not formats or not set(formats) <= FORMATS.keys():
        raise PublishError(f"格式只能是 {'、'.join(FORMATS)}，现为 {'、'.join(formats) or '空'}")
    if missing := [path for path in inputs if not Path(path).is_file()]:
        raise PublishError(f"找不到输入文件 {missing[0]}")
    out = Path(out)
    with _staging(out) as stage:
        source = read_document(Path(document).absolute())
        shared, options = load_options(source.path, source.header, profile)
        wanted = {name: options[FORMATS[name]] for name in formats}
        job = Job(source, shared, wanted, dict(parameters or {}), profile, stage / "work", notify)
        quarto, reason = _choose_engine(engine, shared)
        if quarto:
            notify(f"{reason}，用它生成")
            made = quarto_engine.render(job, quarto)
            name, versions = "quarto", quarto_engine.versions(quarto)
        else:
            from helpers.publish.cells.kernel import start_kernel  # the tools take time to load
            from helpers.publish.engines import builtin

            kernel = start_kernel(in_process, forked)
            load_finishers(formats)  # while it boots
            notify(f"{reason}，用内置引擎生成")
            made = builtin.render(job, kernel, in_process)
            name, versions = "pandoc", builtin.versions()
        record = described(source.path, name, versions, job.parameters, profile, inputs, facts or {})
        kept = still_valid(out, record)
        _finish(made, {*(path.name for path in made.values()), *(Path(one["path"]).name for one in kept)})
        if "html" in made and body and not profile:
            from helpers.finishing.paste_body import write_body  # loads lxml

            if beside := write_body(made["html"]):
                made = {**made, "body": beside}
        write_text(stage / NAME, manifest(record, made, kept), errors="backslashreplace")
        placed = {kind: _move_into(path, out) for kind, path in made.items()}
        return Publication(name, reason, placed, _move_into(stage / NAME, out))


@contextlib.contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """Return a folder on the file system of ``out``; whatever happens, it is gone afterwards."""
    with contextlib.ExitStack() as stack:
        try:
            stage = stack.enter_context(scratch(".publish-", out))
        except OSError as error:
            raise PublishError(f"不能写入输出文件夹 {out}：{error.strerror or error}") from None
        yield stage


def _finish(made: Mapping[str, Path], together: Collection[str]) -> None:
    try:
        for path in made.values():
            finish(path, together)
    except FinishError as error:
        raise PublishError(str(error)) from None


def _move_into(path: Path, out: Path) -> Path:
    target = out / path.name
    try:
        move_file(path, target)
    except OSError as error:
        raise PublishError(f"不能写入 {target}：{error.strerror or error}") from None
    return target


def _choose_engine(engine: str, options: Options) -> tuple[str | None, str]:
    """Return the Quarto to use, None for the built-in engine, and why."""
    if engine == "pandoc":
        return None, "指定了内置引擎"
    quarto, reason = quarto_engine.find_quarto(options)
    if engine == "quarto" and quarto is None:
        raise PublishError(f"不能用 Quarto：{reason}。也可以改用 engine=pandoc（内置引擎）")
    return quarto, reason
