"""What cells gave, written as Markdown for each format, as Quarto writes it."""

from __future__ import annotations

import ast
import base64
import contextlib
import re
from collections.abc import Mapping
from typing import Any

from helpers.files.digests import digest_of
from helpers.files.writing import write_file
from helpers.publish.cells.execute import Executed, ExecutedCell, ExecutedProse, exception_text, setting
from helpers.publish.cells.kernel import Message
from helpers.publish.qmd.errors import PublishError, without_colours
from helpers.publish.qmd.markup import judged_markdown, refuse_annotations
from helpers.publish.qmd.source import INLINE, Task, cell_name

IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
#: Media types by preference, the same as Quarto's; HTML last, where its text is shown.
PREFERENCE = {
    "html": ["text/html", "text/markdown", *IMAGES],
    "typst": ["text/markdown", *IMAGES, "text/html"],
    # Word shows pixels everywhere, vectors only in new versions.
    "docx": ["text/markdown", "image/png", "image/jpeg", "image/svg+xml", "text/html"],
}
#: A name that nothing beside a document has: figures are found under it without any path of this machine.
FIGURES = "cell-figures"
#: A fenced block, or a picture that stands in the text itself.
_FENCED_OR_PICTURE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)\n(?P<content>.*?)^(?P=fence)[`~]*[ \t]*$\n?"
    r"|^!\[(?P<words>[^\]\n]*)\]\(data:image/png;base64,(?P<data>[A-Za-z0-9+/=]+)\)",
    re.MULTILINE | re.DOTALL,
)
_RAW = re.compile(r"\{=([\w-]+)\}")
#: Raw blocks that no writer and no filter of a format looks at.
_OF_OTHER_FORMATS = {"html": {"typst", "openxml"}, "typst": {"openxml"}, "docx": {"typst"}}
_FENCES = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def write_markdown(executed: Executed, task: Task) -> tuple[str, list[dict[str, str]]]:
    """Write what was run as pandoc's Markdown for one format.

    Returns it and the raw blocks that stand aside from it, each its ``format`` and ``text``: ``{=publish-aside}`` has their number,
    from 1. Pandoc would read them a character at a time to find nothing, and the text of every format is the same without. Figures
    go, with stable names, to ``FIGURES`` in the folder to work in, where pandoc looks for them. Raises PublishError for an output that
    no format can show.
    """
    blocks = []
    aside: list[dict[str, str]] = []
    for part in executed:
        if isinstance(part, ExecutedProse):
            blocks.append(_with_values(part, task.format))
        elif setting(part.cell, task.options, "include"):
            blocks.append(_CellWriter(part, task, aside).markdown())
    return "\n\n".join(blocks), aside


def _with_values(executed: ExecutedProse, output_format: str) -> str:
    return INLINE.sub(
        lambda m: m[1] + _inline(executed.values[m[2].strip()], output_format), executed.prose.text
    )


def _inline(data: Mapping[str, str], output_format: str) -> str:
    if "text/markdown" in data and (output_format != "html" or "text/html" not in data):
        return str(data["text/markdown"])
    if output_format == "html" and "text/html" in data:
        return f"`{data['text/html']}`{{=html}}"
    text = str(data.get("text/plain", ""))
    with contextlib.suppress(ValueError, SyntaxError):
        if isinstance(value := ast.literal_eval(text), str):
            return re.sub(r"""([!#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~])""", r"\\\1", value)
    return text


def _fenced(text: str, info: str = "") -> str:
    ticks = max((len(m[1]) for line in text.splitlines() if (m := _FENCES.match(line))), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}{info}\n{text.rstrip(chr(10))}\n{fence}"


def _div(attributes: str, text: str) -> str:
    return f"::: {{{attributes}}}\n\n{text}\n\n:::"


class _CellWriter:
    """Writes one cell for one format."""

    def __init__(self, executed: ExecutedCell, task: Task, aside: list[dict[str, str]]) -> None:
        self.executed, self.format, self.work, self.aside = executed, task.format, task.work, aside
        self.options = executed.cell.options.data
        self.caption = self.options.get("fig-cap")
        self.settings = {
            name: setting(executed.cell, task.options, name) for name in ("echo", "eval", "output", "warning")
        }
        self.accessible = task.accessible
        self.asis = self.settings["output"] == "asis"
        self.label = executed.cell.label
        outputs = executed.outcome.outputs if self.settings["output"] else []
        pictured = any(self._media(output) in IMAGES for output in outputs)
        self.outputs = [output for output in outputs if self._shown(output, pictured)]
        self.displays = sum(output["type"] != "stream" for output in self.outputs)
        self.is_table = self.label.startswith("tbl-")
        named = f"#{self.label} " if self.label and not self.is_table else ""
        self.of_cell, self.of_display = ("", named) if self.displays == 1 else (named, "")

    def markdown(self) -> str:
        if self.label.startswith("fig-") and self.displays > 1:
            raise PublishError("带 fig- 标签的单元格只能输出一张图", self.executed.cell.place)
        code = self._code() if self.settings["echo"] else ""
        results = self._results()
        if widths := self.options.get("tbl-colwidths"):
            results = _div(f"tbl-colwidths={_quoted(widths)}", results)
        if self.is_table and results:
            caption = str(self.options.get("tbl-cap", ""))
            results = _div(f"#{self.label}", f"{results}\n\n{caption}")
        body = f"{code}\n\n{results}".strip("\n")
        if not body.strip():
            return ""
        if self.asis and not self.is_table and not self.of_cell:
            return body
        return _div(f"{self.of_cell}.cell", body)

    def _code(self) -> str:
        cell = self.executed.cell
        refuse_annotations(cell.source.splitlines(), cell.code)
        return _fenced(cell.source.strip("\n"), " {.python .cell-code}")

    def _judged(self, text: str) -> str:
        """Judge the Markdown that the cell gave, and return what of it this format needs."""
        known = self.executed.outcome.judged
        try:
            if text not in known:
                known[text] = judged_markdown(text.splitlines(), None, source=False)
        except PublishError as error:
            raise self._refused(f"打印的文字：{error}") from None
        return _FENCED_OR_PICTURE.sub(self._kept, known[text])

    def _kept(self, found: re.Match[str]) -> str:
        """Put raw text aside and a picture into a file: pandoc would read either a character at a time."""
        if found["data"] is not None:
            try:
                data = base64.b64decode(found["data"])
            except ValueError:  # no picture: left to the filters
                return found[0]
            return f"![{found['words']}]({self._picture(f'{digest_of([data])[:16]}.png', data)})"
        raw = _RAW.fullmatch(found["info"].strip())
        alone = found.start() == 0 or found.string.endswith("\n\n", 0, found.start())
        return f"{self._raw(raw[1], found['content'])}\n" if raw and alone else found[0]

    def _raw(self, kind: str, text: str) -> str:
        needed = kind not in _OF_OTHER_FORMATS[self.format]
        self.aside.append({"format": kind, "text": text.rstrip("\n") if needed else ""})
        return _fenced(str(len(self.aside)), "{=publish-aside}")

    def _refused(self, message: str) -> PublishError:
        return PublishError(f"{cell_name(self.label)}{message}", self.executed.cell.place)

    def _results(self) -> str:
        blocks = [self._output(output, number) for number, output in enumerate(self.outputs, 1)]
        if self.caption is not None and self.settings["eval"] and self.settings["output"]:
            raise self.executed.cell.options.refuse("这个单元格没有输出图", "fig-cap")
        if error := self.executed.outcome.error:
            blocks.append(_div(".cell-output .cell-output-error", _fenced(exception_text(error))))
        return "\n\n".join(blocks)

    def _shown(self, output: Message, pictured: bool) -> bool:
        """Leave out silenced warnings and the ``<Axes …>`` that plotting calls return."""
        if output["type"] == "stream":
            return bool(output["name"] == "stdout" or self.settings["warning"])
        data = output["data"]
        if output["type"] == "execute_result" and set(data) == {"text/plain"}:
            text = data["text/plain"].strip()
            if pictured and re.match(r"[<(\[].*[>)\]]$|Text\([-\d]", text, re.DOTALL):
                return False
            return not text.startswith(("<matplotlib", "[<matplotlib", "<seaborn."))
        return bool(data)

    def _media(self, output: Message) -> str | None:
        if output["type"] == "stream":
            return None
        data = output["data"]
        pictures = bool(IMAGES.keys() & data.keys())
        if self.format != "html" and not pictures and re.search(r"<table", data.get("text/html", ""), re.I):
            return "text/html"
        return next((media for media in PREFERENCE[self.format] if media in data), None)

    def _output(self, output: Message, number: int) -> str:
        if output["type"] == "stream":
            if self.asis and output["name"] == "stdout":
                return self._judged(output["text"])
            return _div(
                f".cell-output .cell-output-{output['name']}", _fenced(without_colours(output["text"]))
            )
        media = self._media(output)
        data = output["data"]
        if media in IMAGES:
            text = self._figure(media, output, number)
        elif media == "text/markdown":
            text = self._judged(data[media])
        elif media == "text/html":
            if re.search(r"<script\b", data[media], re.IGNORECASE):
                raise self._refused("输出的网页片段要运行脚本，网页里没有脚本")
            text = self._raw("publish-html", data[media])
        elif "text/plain" in data and not any(key.startswith(("application/", "text/latex")) for key in data):
            text = _fenced(without_colours(data["text/plain"]))
        else:
            raise self._refused(f"输出的是 {'、'.join(data)}；只支持文字、Markdown、HTML、SVG 和 PNG")
        if self.asis:
            return text
        named = "" if media in IMAGES else self.of_display  # which a picture bears itself
        return _div(f"{named}.cell-output .cell-output-display", text)

    def _figure(self, media: str, output: Message, number: int) -> str:
        caption, self.caption = str(self.caption or ""), None  # of the first one
        stem = re.sub(r"[^\w.-]", "-", self.label or f"cell-{self.executed.number}")
        data = output["data"][media]
        picture = data.encode() if media == "image/svg+xml" else base64.b64decode(data)
        name = self._picture(f"{stem}-output-{number}.{IMAGES[media]}", picture)
        attributes = self.of_display.split()
        size = (output.get("metadata") or {}).get(media) or {}
        attributes += [f"{name}={size[name]}" for name in ("width", "height") if name in size]
        if alt := self.options.get("fig-alt"):
            attributes.append(f"fig-alt={_quoted(alt)}")
        elif self.accessible:
            raise self._refused("的图没有替代文字，PDF/UA 要求有；请写 #| fig-alt: 图上有什么")
        braces = f"{{{' '.join(attributes)}}}" if attributes else ""
        return f"![{' '.join(caption.split())}]({name}){braces}"

    def _picture(self, name: str, picture: bytes) -> str:
        """Write a picture where pandoc looks for it; return the path that the text has for it."""
        file = self.work / FIGURES / name
        file.parent.mkdir(exist_ok=True)
        write_file(file, picture)
        return f"{FIGURES}/{name}"


def _quoted(value: Any) -> str:
    return '"' + re.sub(r'([\\"&])', r"\\\1", " ".join(str(value).split())) + '"'
