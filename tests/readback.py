"""The three outputs read back as the same list of blocks, each by a way of its own: lxml, OOXML, the PDF's tag tree."""

import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree, html

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Block:
    """``kind`` is title, heading, text, cell or caption; white space in ``text`` does not count and is taken out."""

    kind: str
    text: str


def _block(kind: str, text: str) -> Iterator[Block]:
    squeezed = re.sub(r"\s", "", text)
    if squeezed:
        yield Block(kind, squeezed)


def from_html(path: Path) -> list[Block]:
    """Blocks of the page's header and main part; the footer with its downloads, and what is folded, are the page's alone."""
    page = html.fromstring(path.read_text(encoding="utf-8"))
    kinds = {"h1": "title", "h2": "heading", "h3": "heading", "h4": "heading", "figcaption": "caption"}
    kinds |= {"th": "cell", "td": "cell", "p": "text", "li": "text", "pre": "text"}
    return [
        block
        for element in page.iter(*kinds)
        if next(element.iterancestors("footer", "details"), None) is None
        # A list item holds its text itself, or in paragraphs of its own; a list within it is another's.
        for text in ["".join(element.xpath("./text() | ./*[not(self::ul|self::ol|self::p)]//text()"))]
        for block in _block(kinds[element.tag], text)
    ]


def from_docx(path: Path) -> list[Block]:
    """Blocks of the document's body; a cell's paragraphs are one block, cells merged away are none."""
    with zipfile.ZipFile(path) as package:
        body = etree.fromstring(package.read("word/document.xml")).find(f"{W}body")
        styles = etree.fromstring(package.read("word/styles.xml"))
    names = {
        style.get(f"{W}styleId"): style.find(f"{W}name").get(f"{W}val") for style in styles.iter(f"{W}style")
    }

    def text(element: etree._Element) -> str:
        return "".join(run.text or "" for run in element.iter(f"{W}t"))

    def blocks(element: etree._Element) -> Iterator[Block]:
        for child in element:
            if child.tag == f"{W}tbl":
                for cell in child.iter(f"{W}tc"):
                    merge = cell.find(f"{W}tcPr/{W}vMerge")
                    if merge is None or merge.get(f"{W}val") == "restart":
                        yield from _block("cell", text(cell))
            elif child.tag == f"{W}p":
                style = child.find(f"{W}pPr/{W}pStyle")
                name = "" if style is None else names[style.get(f"{W}val")].lower()
                kind = {"title": "title", "image caption": "caption"}.get(name, "text")
                yield from _block("heading" if name.startswith("heading") else kind, text(child))

    return list(blocks(body))


_NODE = re.compile(r'^(?P<indent> *)(?:"(?P<text>.*)"|/.*|(?P<tag>\w+)\b.*)$')


def from_pdf(path: Path, pdfinfo: str = "pdfinfo") -> list[Block]:
    """Blocks of the tag tree: what a screen reader reads, page numbers and other artefacts left out."""
    tree = subprocess.run([pdfinfo, "-struct-text", str(path)], capture_output=True, check=True).stdout
    kinds = {
        "P": "text",
        "BlockQuote": "text",
        "LBody": "text",
        "Code": "text",
        "Caption": "caption",
        "TD": "cell",
        "TH": "cell",
        "Figure": "figure",
    }
    stack: list[tuple[int, str]] = []
    blocks: list[tuple[str, list[str]]] = []
    for line in tree.decode("utf-8", "replace").splitlines():
        node = _NODE.match(line)
        if node is None:
            continue
        depth = len(node["indent"])
        while stack and stack[-1][0] >= depth:
            stack.pop()
        if node["tag"]:
            tag = node["tag"]
            kind = "heading" if re.fullmatch(r"H\d?", tag) else kinds.get(tag)
            if tag == "Lbl":
                kind = "label"
            elif kind is None or (stack and stack[-1][1] in {"cell", "caption"}):
                kind = stack[-1][1] if stack else "title"
            if tag in kinds or kind in {"heading", "label"} or not blocks:
                blocks.append((kind, []))
            stack.append((depth, kind))
        elif node["text"] is not None and stack[-1][1] != "figure":  # its caption says what a chart shows
            blocks[-1][1].append(node["text"])
    return [
        block
        for kind, parts in blocks
        if kind not in {"label", "figure"}
        for block in _block(kind, "".join(parts))
    ]
