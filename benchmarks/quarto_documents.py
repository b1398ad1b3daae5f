"""Render every .qmd of a folder with the built-in engine: ``python -m benchmarks.quarto_documents FOLDER [FORMAT …]``.

Each must be rendered whole, or refused by file and line. Meant for the documents by which Quarto tests itself (``tests/docs`` of its
repository), of which nothing is kept here. Their cells are run: only for a folder that is trusted.
"""

import json
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pypandoc
from lxml import html

from benchmarks.measure import show
from helpers.publish import CellError, PublishError, publish
from helpers.publish.qmd.options import FORMATS
from helpers.publish.qmd.source import Prose, parse_parts, read_document

_WORD = re.compile(r"[^\W_]+")
#: What a document shows in one case only, or what the engine reads as its own marks.
_NOT_SHOWN = {"content-visible", "content-hidden", "hidden", "publish-meta", "publish-pagebreak", "comment"}
Outcome = tuple[str, str]


def outcome(document: Path, formats: list[str]) -> Outcome:
    """Render one document; tell what came of it, and what it said or lost."""
    with tempfile.TemporaryDirectory() as out:
        try:
            made = publish(document, out=Path(out), to=formats, engine="pandoc").outputs
            words = words_of(document)
            lost = {
                f"{word} ({name})"
                for name in made
                if name != "pdf"
                for word in words - shown(words, made[name])
            }
        except PublishError as error:
            kind = "a cell failed" if isinstance(error, CellError) else "refused"
            return (kind if error.place else f"{kind}, without a line"), str(error)
        except Exception as error:
            return "crashed", f"{type(error).__name__}: {error}"
    return ("lost words", " ".join(sorted(lost))) if lost else ("rendered", "")


def words_of(document: Path) -> set[str]:
    """Return the words of a document's prose and code, apart from its cells."""
    source = read_document(document)
    parts = parse_parts(source)
    text = "\n\n".join(part.text for part in parts if isinstance(part, Prose))
    tree = json.loads(pypandoc.convert_text(text, "json", format="markdown"))
    return {word for said in _said(tree["blocks"]) for word in _WORD.findall(said)}


def shown(words: set[str], output: Path) -> set[str]:
    """Return which of the words stand in a page or a Word file, be it as words for a picture."""
    if output.suffix == ".html":
        page: Any = html.document_fromstring(output.read_text(encoding="utf-8"))
        text = " ".join([page.text_content(), *map(str, page.xpath("//@alt | //@title | //@aria-label"))])
    else:
        with zipfile.ZipFile(output) as package:
            parts = [package.read(name) for name in package.namelist() if name.startswith("word/")]
        texts = re.findall(
            r'<w:t(?: [^>]*)?>([^<]*)<|descr="([^"]*)"', b"".join(parts).decode(errors="replace")
        )
        text = unescape("".join(map("".join, texts)))
    return {word for word in words if word in text}


def _said(node: Any) -> Iterator[str]:
    """Yield the text of a tree of pandoc's as JSON, but for what other formats or the engine itself take."""
    if isinstance(node, list):
        for one in node:
            yield from _said(one)
    elif isinstance(node, dict):
        kind: Any = node.get("t")
        content: Any = node.get("c")
        if kind == "Str":
            yield content
        elif kind in ("Code", "CodeBlock"):
            if not _NOT_SHOWN & {*content[0][1]} and not content[1].startswith("{python}"):
                yield content[1]
        elif kind in ("Div", "Span"):
            if not _NOT_SHOWN & {*content[0][1]}:
                yield from _said(content[1])
        elif kind not in ("Cite", "Math", "RawBlock", "RawInline"):
            yield from _said(content)


def main(folder: Path, formats: list[str]) -> None:
    """Render all, print what was not rendered or refused by line, and the counts."""
    counts: Counter[str] = Counter()
    documents = sorted(folder.rglob("*.qmd"))
    for document in documents:
        kind, said = outcome(document, formats)
        counts[kind] += 1
        if kind not in ("rendered", "refused"):
            print(f"{document.relative_to(folder)}: {kind}: {said}", flush=True)
    show(
        f"{len(documents)} documents as {', '.join(formats)}",
        ("what came of it", "documents"),
        [[kind, str(count)] for kind, count in counts.most_common()],
        "Goal: each rendered whole, or refused (also for a cell that failed) by file and line.",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or [next(iter(FORMATS))])
