"""Whatever stands in a prose file, a field or a note, pandoc and Quarto find only words and the few marks we set.

The grammar puts pieces that mean something to pandoc, Quarto, Typst, Word or a browser into lists, quotations, tables and
fences. What is not refused must come out of the printed Markdown as the same text, without raw blocks or attributes.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import typst
from conftest import ROOT
from fuzz_budget import SEED, rounds
from hostile import text
from pandoc_reader import converted, squeezed
from published import publish
from readback import from_docx, from_html, from_pdf

from helpers.document import prose
from helpers.document.passages import passages
from helpers.document.placeholders import names
from helpers.report.folder import Report, load

WORDS = str(ROOT / "assets" / "typst" / "words.lua")
CORPUS = Path(__file__).with_name("prose.json")
BATCH = 40

ALLOWED = {
    *(
        "Str",
        "Space",
        "LineBreak",
        "Para",
        "Plain",
        "Header",
        "BulletList",
        "OrderedList",
        "BlockQuote",
        "Table",
    ),
    *("HorizontalRule", "Strong", "Emph", "Link", "Image"),
    *("AlignDefault", "AlignCenter", "AlignLeft", "AlignRight", "ColWidthDefault", "ColWidth"),
    *("Decimal", "Period", "OneParen"),
}
ALLOWED_IN_TYPST = {
    *("sequence", "text", "space", "parbreak", "linebreak", "heading", "strong", "emph", "link", "quote"),
    *("block", "styled", "line", "figure", "table", "header", "cell", "hline", "align", "item"),
}

# What pandoc reads ----------------------------------------------------------------------------------------------------


def printed(report: Report, source: str) -> tuple[str, str] | None:
    """Return a section as a cell prints it, and the words it should say; None where it is refused."""
    written = replace(report, prose={**report.prose, "other": source})
    texts, found = prose.read(written)
    if any(one.file == "other.md" for one in found):
        return None
    return prose.markdown(written, "other"), "".join(one.text for one in texts["other"])


def read_by_pandoc(sections: list[str]) -> list[list[Any]]:
    """Return the blocks pandoc finds in each section; all go through one process, each below a heading of its own."""
    document = json.loads(sections_converted(sections, "-t", "json"))
    assert document["meta"] == {}
    found: list[list[Any]] = []
    for one in document["blocks"]:
        if one["t"] == "Header" and one["c"][1][0] == f"case-{len(found)}":
            found.append([])
        else:
            found[-1].append(one)
    return found


def sections_converted(sections: list[str], *options: str) -> bytes:
    source = "".join(f"# case {{#case-{number}}}\n\n{one}\n\n" for number, one in enumerate(sections))
    return converted(source, *options)


def read_by_typst(sections: list[str], folder: Path) -> list[list[Any]]:
    """Return the content Typst evaluates each section to, as data."""
    content = sections_converted(sections, "-t", "typst", "-L", WORDS).decode()
    source = folder / "cases.typ"
    source.write_text(f"#let horizontalrule = line()\n#metadata([\n{content}\n]) <all>\n", encoding="utf-8")
    (document,) = json.loads(typst.query(source, "<all>", field="value"))
    found: list[list[Any]] = []
    for one in document["children"]:
        if one.get("label") == f"<case-{len(found)}>":
            found.append([])
        elif found:
            found[-1].append(one)
    return found


def faults_in_typst(content: list[Any], words: str) -> list[str]:
    found = [kind for node in functions(content) if (kind := node["func"]) not in ALLOWED_IN_TYPST]
    said = "".join(node["text"] for node in functions(content) if node["func"] == "text")
    if squeezed(said) != squeezed(words):
        found.append(f"says {said!r} instead of {words!r}")
    return found


def functions(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "func" in tree:
            yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for one in tree:
            yield from functions(one)


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "t" in tree:
            yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for one in tree:
            yield from nodes(one)


def faults(blocks: list[Any], words: str) -> list[str]:
    """Everything in what pandoc read that is more than the text."""
    found = []
    for node in nodes(blocks):
        kind, content = node["t"], node.get("c")
        if kind not in ALLOWED:
            found.append(kind)
        if kind in {"Link", "Image"} and content[0] != ["", [], []]:
            found.append(f"attributes of {kind}")
        if kind == "Link" and not content[2][0].startswith(("https://", "http://", "mailto:", "tel:")):
            found.append(f"link to {content[2][0]}")
        if kind == "Header" and (content[1][1] or content[1][2] or not content[1][0].startswith("other-")):
            found.append("attributes of a heading")
        if kind == "Image":
            found.append(f"picture {content[2][0]}")
    said = "".join(node["c"] for node in nodes(blocks) if node["t"] == "Str")
    if squeezed(said) != squeezed(words):
        found.append(f"says {said!r} instead of {words!r}")
    return found


def judge(report: Report, sources: list[str], work: Path) -> None:
    accepted = [(source, *one) for source in sources if (one := printed(report, source)) is not None]
    sections = [section for _, section, _ in accepted]
    read = zip(accepted, read_by_pandoc(sections), read_by_typst(sections, work), strict=True)
    for (source, section, words), blocks, content in read:
        assert "{{" not in section, (SEED, source, section)
        assert not faults(blocks, words), (SEED, source, section)
        assert not faults_in_typst(content, words), (SEED, source, section)


@pytest.fixture(scope="module")
def example() -> Report:
    return load(ROOT / "data" / "xiaodukou-2024")


def test_what_attackers_found(example: Report, tmp_path: Path) -> None:
    judge(example, json.loads(CORPUS.read_text(encoding="utf-8")), tmp_path)


@pytest.mark.quarto
def test_quarto_reads_what_attackers_found_the_same(example: Report, tmp_path: Path) -> None:
    accepted = [one for one in json.loads(CORPUS.read_text(encoding="utf-8")) if printed(example, one)]
    folder = Path(shutil.copytree(example.folder, tmp_path / "xiaodukou-2024"))
    (folder / "problems.md").write_text("\n\n段。\n\n".join(accepted), encoding="utf-8")
    ours, theirs = (publish(engine, folder, tmp_path / engine) for engine in ("built-in", "quarto"))
    for name, read in (("html", from_html), ("pdf", from_pdf), ("docx", from_docx)):
        assert read(ours / f"report.{name}") == read(theirs / f"report.{name}")


def test_any_prose_has_passages_in_their_places(example: Report) -> None:
    """What a Word file's marks are made of, at every render."""
    attacks = json.loads(CORPUS.read_text(encoding="utf-8"))
    more = (text(chance) for chance in rounds(1 / 6) for _ in range(BATCH))
    for source in chain(attacks, more):
        if printed(example, source) is None:
            continue
        for passage in passages(source, "other", names(example)):
            places = [(char.start, char.end) for char in passage.chars]
            assert all(0 <= start < end <= len(source) for start, end in places), (SEED, source)
            assert places == sorted(places), (SEED, source)


def test_any_prose_stays_text(example: Report, tmp_path: Path) -> None:
    for chance in rounds(1 / 2):
        judge(example, [text(chance) for _ in range(BATCH)], tmp_path)
