"""Saved web pages (HTML, MHTML): the tables, and the text of the article without the page around it."""

import codecs
import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import html

from helpers.intake.matching import sections
from helpers.intake.matching.labels import APPLICATION_ROWS, CONTENTS
from helpers.intake.matching.model import (
    Block,
    Cell,
    Document,
    Grid,
    IntakeError,
    Picture,
    Text,
    Unread,
    distinct,
)
from helpers.intake.matching.similarity import find
from helpers.intake.readers import spans
from helpers.intake.readers.limits import Budget

_UNSEEN = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "select",
        "textarea",
        "iframe",
        "object",
        "svg",
        "math",
    }
    | {"nav", "footer", "aside"}
)
"""Elements that hold no text, or text around the article."""

_BLOCKS = frozenset(
    re.split(
        " ",
        "address article blockquote body br caption center dd div dl dt fieldset figcaption figure form h1 h2 h3 h4 h5"
        " h6 header hr html li main ol p pre section table tbody td tfoot th thead tr ul",
    )
)
_STRUCK = {"s", "strike", "del"}
_MARKS = {"h1": "## ", "h2": "## ", "h3": "## ", "h4": "## ", "h5": "## ", "h6": "## ", "blockquote": "> "}
_LONGEST_CELL = 300
_LONGEST_LINK = 40
_SHORTEST_SENTENCE = 15
_SMALL = 100
_TITLES = ("articletitle", "og:title", "title")
_DATES = ("pubdate", "publishdate", "article:published_time", "dcterms.date", "firstpublishedtime")
_ATTACHMENT = re.compile(r"[^/?#=&]+\.(?:pdf|docx?|wps|xlsx?|et|ofd|rar|zip)(?=$|[?#&])", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def read(data: bytes) -> Document:
    """Read a page.

    Raises
    ------
    IntakeError
        It cannot be parsed, or is nested deeper than any page.
    """
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    root: Any = html.document_fromstring(_decode(_page(data)).encode(), parser=parser, ensure_head_body=True)
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise IntakeError("网页嵌套过深，不像正常的网页，没有打开")
    found = list(_walk(root.body, Budget()))
    inside = _article(found)
    document = Document(source="".join(_seen(root.body)))
    within = {id(block) for block, _ in inside}
    for block, element in found:
        if id(block) not in within:
            _put_outside(document, block)
        elif isinstance(block, Text) and _is_navigation(block, element):
            document.furniture.append(block.text)
        else:
            document.blocks.append(block)
    document.titles = list(_metas(root, _TITLES)) + [
        " ".join(heading.text_content().split()) for heading in root.iter("h1", "title")
    ]
    outside = [block for block, _ in found if isinstance(block, Text)]
    document.published = [*_metas(root, _DATES), *sections.published_of(Document(), outside[:200])]
    document.attachments = list(dict.fromkeys(_attachments(root)))
    return document


def _seen(body: Any) -> Iterator[str]:
    """All text of a page that can be seen, taken without looking for paragraphs and tables."""
    hidden: set[Any] = set()
    for element in body.iter():
        if element.getparent() in hidden or _hidden(element):
            hidden.add(element)
        else:
            yield element.text or ""
        if element is not body and element.getparent() not in hidden:
            yield element.tail or ""


def _put_outside(document: Document, block: Block) -> None:
    """Sort what stands outside the article: sentences are listed, all else belongs to the page."""
    cells = [block.text] if isinstance(block, Text) else [cell.text for cell in distinct(block)]
    for text in cells:
        if len(text) >= _SHORTEST_SENTENCE and re.search(r"[。；]", text):
            document.asides.append(Unread("网页里报告正文以外", text, "没有导入；属于报告的请补上"))
        else:
            document.furniture.append(text)


def _is_navigation(block: Text, element: Any) -> bool:
    """Tell a line that is nothing but links: menus, other pages."""
    if len(block.text) > _LONGEST_LINK or re.search(r"[。；]", block.text) or sections.heading_of(block):
        return False
    linked = "".join(link.text_content() for link in element.iter("a"))
    return bool(linked.strip()) and "".join(linked.split()) == "".join(element.text_content().split())


def _page(data: bytes) -> bytes:
    """Return the page itself; of an archive (MHTML) its first page."""
    if not re.match(rb"(?:From|MIME-Version|Subject|Snapshot-Content-Location)\s*:", data, re.IGNORECASE):
        return data
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else b""
    raise IntakeError("网页存档里没有网页，请在浏览器里另存为“网页，仅 HTML”")


def _decode(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    names = ["utf-8-sig"]
    if data.startswith(codecs.BOM_UTF8):
        pass
    elif declared and declared[1].lower() in {b"gb2312", b"gbk", b"gb18030"}:
        names = ["gb18030", "utf-8-sig"]
    elif declared and declared[1].lower() in {b"big5", b"big5-hkscs"}:
        names = ["big5hkscs"]
    for name in [*names, "gb18030"]:
        try:
            return data.decode(name).replace("\0", "")
        except UnicodeDecodeError:
            continue
    # A few broken bytes (a truncated download) become U+FFFD, which no figure survives.
    return data.decode(names[0], errors="replace").replace("\0", "")


def _metas(root: Any, names: Sequence[str]) -> Iterator[str]:
    metas = {
        (meta.get("name") or meta.get("property") or "").lower(): meta.get("content") or ""
        for meta in reversed(list(root.iter("meta")))
    }
    yield from (metas[name].strip() for name in names if metas.get(name, "").strip())


def _attachments(root: Any) -> Iterator[str]:
    for link in root.iter("a", "iframe", "embed", "object"):
        target = link.get("href") or link.get("src") or link.get("data") or ""
        found = _ATTACHMENT.search(target)
        if found:
            text = " ".join(link.text_content().split())
            yield text if _ATTACHMENT.search(text) else f"{text}（{found[0]}）" if text else found[0]


# From elements to blocks ----------------------------------------------------------------------------------------------


def _hidden(element: Any) -> bool:
    style = "".join((element.get("style") or "").lower().split())
    return (
        element.tag in _UNSEEN
        or "display:none" in style
        or "visibility:hidden" in style
        or "hidden" in element.attrib
    )


def _is_grid(table: Any) -> bool:
    """Tell a table of data from one that lays out the page: that one holds tables, or whole paragraphs."""
    if table.find(".//table") is not None:
        return False
    cells = list(table.iter("td", "th"))
    return len(cells) > 1 and all(
        len("".join(cell.text_content().split())) <= _LONGEST_CELL for cell in cells
    )


def _walk(body: Any, budget: Budget) -> Iterator[tuple[Block, Any]]:
    """Blocks of the page in order, each with the element it stands in."""
    line: list[str] = []
    owner = body

    def flush() -> Iterator[tuple[Block, Any]]:
        text = _collapsed(line)
        line.clear()
        if text:
            budget.spend(blocks=1)
            yield Text(text, _mark(owner)), owner

    # An explicit stack: pages may be nested deeper than Python likes to recurse. (element, open it or close it)
    stack: list[tuple[Any, bool]] = [(body, True)]
    while stack:
        element, opens = stack.pop()
        is_block = element.tag in _BLOCKS
        if not opens:
            if is_block:
                yield from flush()
                owner = element.getparent()
            line.append(element.tail or "")
            continue
        if _hidden(element):
            line.append(element.tail or "")
            continue
        if is_block:
            yield from flush()
            owner = element
        if element.tag == "img" and not _is_icon(element):
            yield from flush()
            yield Picture(), owner
        if element.tag == "table" and _is_grid(element):
            for caption in element.iter("caption"):
                yield Text(_collapsed([caption.text_content()])), element
            yield _grid(element, budget), element
            owner = element.getparent()
            line.append(element.tail or "")
            continue
        line.append(element.text or "")
        stack.append((element, False))
        stack.extend((child, True) for child in reversed(element))
    yield from flush()


def _is_icon(image: Any) -> bool:
    """Tell a picture that is too small for a table; one that does not say its size is not."""
    sizes = [re.match(r"\s*(\d+)", image.get(name) or "") for name in ("width", "height")]
    return any(size is not None and int(size[1]) < _SMALL for size in sizes)


def _collapsed(pieces: Sequence[str]) -> str:
    return re.sub(r"[ \t\r\n\f\xa0]+", " ", "".join(pieces)).strip(" ")


def _mark(element: Any) -> str:
    while element is not None and element.tag in {"p", "div", "span"}:
        element = element.getparent()
    if element is None or element.tag != "li":
        return _MARKS.get(element.tag, "") if element is not None else ""
    return "1. " if element.getparent() is not None and element.getparent().tag == "ol" else "- "


def _grid(table: Any, budget: Budget) -> Grid:
    rows = (
        [(_cell(cell), _span(cell, "colspan"), _span(cell, "rowspan")) for cell in row.iter("td", "th")]
        for row in table.iter("tr")
        if not _hidden(row)
    )
    return spans.expand(rows, budget)


def _span(cell: Any, name: str) -> int:
    digits = re.match(r"\s*(\d{1,4})", cell.get(name) or "")
    return int(digits[1]) if digits else 1


def _cell(cell: Any) -> Cell:
    lines: list[str] = []
    doubt = ""
    stack: list[tuple[Any, bool]] = [(cell, True)]
    while stack:
        element, opens = stack.pop()
        if element.tag in _BLOCKS:
            lines.append("\n")
        if not opens or _hidden(element):
            lines.append((element.tail or "") if element is not cell else "")
            continue
        if (element.tag in {"sup", "sub"} or _is_struck(element)) and element.text_content().strip():
            doubt = "格子里有角标或划掉的字，分不清哪些是数字"
        lines.append(re.sub(r"\s+", " ", element.text or ""))
        stack.append((element, False))
        stack.extend((child, True) for child in reversed(element))
    text = re.sub(r"[ \t\r\xa0]+", " ", "".join(lines))
    return Cell(re.sub(r"\s*\n\s*", "\n", text).strip(), doubt)


def _is_struck(element: Any) -> bool:
    return element.tag in _STRUCK or "line-through" in (element.get("style") or "").lower()


# The article in the page ----------------------------------------------------------------------------------------------


def _article(found: list[tuple[Block, Any]]) -> list[tuple[Block, Any]]:
    """Blocks in the smallest element that holds all headings and tables of the report; all where there are few."""
    telling = [element for block, element in found if _tells(block)]
    if len(telling) < 2:
        return found
    common = list(_ancestors(telling[0]))
    for element in telling[1:]:
        above = set(_ancestors(element))
        common = [one for one in common if one in above]
    if not common:
        return found
    inside = set(common[0].iter())
    return [(block, element) for block, element in found if element in inside]


def _tells(block: Block) -> bool:
    if isinstance(block, Text):
        return sections.heading_of(block) is not None or bool(sections.HEADINGS.search(block.text))
    texts = {cell.text for row in block.rows for cell in row if cell and 1 < len(cell.text) < 80}
    return any(find(text, APPLICATION_ROWS) or find(text, CONTENTS) for text in texts)


def _ancestors(element: Any) -> Iterator[Any]:
    while element is not None:
        yield element
        element = element.getparent()
