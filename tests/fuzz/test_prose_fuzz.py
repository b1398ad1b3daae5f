"""Whatever stands in a prose file, a field or a note, pandoc and Quarto find only words and the few marks we set.

The grammar puts pieces that mean something to pandoc, Quarto, Typst, Word or a browser into lists, quotations, tables and
fences. What is not refused must come out of the printed Markdown as the same text, without raw blocks or attributes.
"""

import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypandoc
import pytest
from conftest import ROOT
from fuzz_budget import SEED, rounds
from published import publish
from readback import from_docx, from_html, from_pdf

from helpers.document import prose
from helpers.report.folder import Report, load

TREES = str(ROOT / "helpers" / "publish" / "engines" / "filters" / "trees.lua")
CORPUS = Path(__file__).with_name("prose.json")
BATCH = 40

PIECES = [
    "`x`{=typst}",
    "<b>h</b>",
    "<script>z</script>",
    "[s]{.k_#i_style=x}",
    "$x^2$",
    "@fig-a",
    "^[n]",
    "[^1]",
    "\\newpage",
    "`c`",
    "~~s~~",
    "~s~",
    "^s^",
    "*e*",
    "**b**",
    "“q”",
    "甲，乙",
    "a_--_b",
    "...",
    "'q'",
    "&lt;b&gt;",
    "&#60;b&#62;",
    "\\<b\\>",
    "http://a.b",
    "<http://a.b>",
    "[l](http://a.b)",
    '[l](http://a.b_"t")',
    "{{_year_}}",
    "{{_organ_}}",
    "{{year}}",
    "{#id}",
    "{.k}",
    ":smile:",
    "#_h",
    "-_x",
    "1._x",
    "1)_x",
    "(@)_x",
    "(1)_x",
    "a._x",
    "i._x",
    "#._x",
    ">_q",
    "|_l",
    "+---+",
    ":_def",
    "---",
    "===",
    "***",
    ":::",
    ":::_{.k}",
    "```",
    "```{=html}",
    "~~~",
    "|a|b|",
    "|-|-|",
    "Table:_x",
    "[a]:_http://x.y",
    "[^1]:_n",
    "*[HTML]:_x",
    "<!--_c_-->",
    "\\",
    "\\\\",
    "%",
    "%_t",
    "{{<",
    "}}",
    "{%",
    "%}",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "`",
    "``",
    "*",
    "_",
    "<",
    ">",
    "!",
    "甲",
    "（一）标题",
    "**甲。**乙",
    "*甲*乙*丙*",
    "a\\",
    "1",
    "2021.",
    "-_[_]_t",
    "[@x]",
    "-@fig-x",
    "<div>",
    "</div>",
    "<?php",
    "<!D",
    "<![CDATA[x]]>",
    "&copy;",
    "\\(x\\)",
    "\\[x\\]",
    "H~2~O",
    "--------",
    "a_|_b",
    "--|--",
    "\\begin{x}\\end{x}",
    "\\def\\a{b}\\a",
    "title:_x",
    "{{<_env_HOME_>}}",
    "{%_raw_%}",
    "{{{{<_x_>}}}}",
    "[x](javascript:z)",
    "[x](http://a/{{<_x_>}})",
    "<w:r>",
    '#read("/LICENSE")',
    "\\{\\{",
    "12件",
    "。",
]
SPACES = [
    "    ",
    "\t",
    "",
    "",
    "  ",
    "\u00a0",
    "\u3000",
    "\u2005",
    "\u200b",
    "\u2028",
    "\x0c",
    "\x0b",
    "\x85",
    "\n",
]
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


def line(chance: random.Random) -> str:
    pieces = [piece.replace("_", " ") if len(piece) > 1 else piece for piece in PIECES] + SPACES
    return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 3)))


def block(chance: random.Random, depth: int = 0) -> str:
    kind = chance.choice(
        ["line", "line", "fence", "fence", "list", "list", "quote", "heading", "table", "rule", "lines"]
    )
    if depth > 4 or kind == "line":
        return line(chance)
    if kind == "fence":
        lines = [line(chance) for _ in range(chance.randint(0, 3))]
        opening, closing = (
            chance.choice(["```", "~~~", "````", "```x"]),
            chance.choice(["```", "~~~", "````"]),
        )
        return "\n".join([opening, *lines, closing])
    if kind == "list":
        return items(chance, depth)
    if kind == "quote":
        return "\n".join(f"> {one}" for one in block(chance, depth + 1).split("\n"))
    if kind == "heading":
        return chance.choice(["## ", "# ", "### ", "######## "]) + line(chance)
    if kind == "table":
        return f"|{line(chance)}|{line(chance)}|\n|---|:-:|\n|{line(chance)}|{line(chance)}|"
    return "---" if kind == "rule" else f"{line(chance)}\n{line(chance)}"


def items(chance: random.Random, depth: int) -> str:
    mark = chance.choice(["- ", "* ", "+ ", "1. ", "1) ", "3. ", "10. ", "-    ", "-\t"])
    written = []
    for _ in range(chance.randint(1, 3)):
        inner = chance.choice(["\n", "\n\n"]).join(
            block(chance, depth + 1) for _ in range(chance.randint(1, 2))
        )
        written.append(mark + inner.replace("\n", "\n" + " " * chance.choice([len(mark), 2, 4, 0])))
    return chance.choice(["\n", "\n\n"]).join(written)


def text(chance: random.Random) -> str:
    made = chance.choice(["\n", "\n\n", "\n\n"]).join(block(chance) for _ in range(chance.randint(1, 5)))
    return made.replace("\n", chance.choice(["\n"] * 8 + ["\r\n", "\r"]))


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
    source = "".join(f"# case {{#case-{number}}}\n\n{one}\n\n" for number, one in enumerate(sections))
    command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "json", "-L", TREES]
    output = subprocess.run(
        command, input=source.encode(), capture_output=True, check=True, timeout=120
    ).stdout
    document = json.loads(output)
    assert document["meta"] == {}
    found: list[list[Any]] = []
    for one in document["blocks"]:
        if one["t"] == "Header" and one["c"][1][0] == f"case-{len(found)}":
            found.append([])
        else:
            found[-1].append(one)
    return found


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


def squeezed(said: str) -> str:
    return "".join(said.split())


def judge(report: Report, sources: list[str]) -> None:
    accepted = [(source, *one) for source in sources if (one := printed(report, source)) is not None]
    read = read_by_pandoc([section for _, section, _ in accepted])
    for (source, section, words), blocks in zip(accepted, read, strict=True):
        assert "{{" not in section, (SEED, source, section)
        assert not faults(blocks, words), (SEED, source, section)


@pytest.fixture(scope="module")
def example() -> Report:
    return load(ROOT / "data" / "xiaodukou-2024")


def test_what_attackers_found(example: Report) -> None:
    judge(example, json.loads(CORPUS.read_text(encoding="utf-8")))


@pytest.mark.quarto
def test_quarto_reads_what_attackers_found_the_same(example: Report, tmp_path: Path) -> None:
    accepted = [one for one in json.loads(CORPUS.read_text(encoding="utf-8")) if printed(example, one)]
    folder = Path(shutil.copytree(example.folder, tmp_path / "xiaodukou-2024"))
    (folder / "problems.md").write_text("\n\n段。\n\n".join(accepted), encoding="utf-8")
    ours, theirs = (publish(engine, folder, tmp_path / engine) for engine in ("built-in", "quarto"))
    for name, read in (("html", from_html), ("pdf", from_pdf), ("docx", from_docx)):
        assert read(ours / f"report.{name}") == read(theirs / f"report.{name}")


def test_any_prose_stays_text(example: Report) -> None:
    for chance in rounds():
        judge(example, [text(chance) for _ in range(BATCH)])
