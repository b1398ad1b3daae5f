"""A document cut at the six headings of the form; its title, organ, year and date; its prose as Markdown."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from helpers.intake.matching.model import Block, Cell, Document, Grid, Text
from helpers.intake.matching.similarity import clean, numbered
from helpers.report.edit_distance import distance
from helpers.report.form import FORM

LEAD = "lead"
"""Key of what stands before the first heading."""

_TELLING = {
    "overview": ("总体", "概述"),
    "disclosure": ("主动公开",),
    "applications": ("申请",),
    "proceedings": ("复议",),
    "problems": ("问题",),
    "other": ("其他", "需要报告"),
}
"""Words by which a heading in other words than the form's is known, together with its number."""

_LONGEST_HEADING = 40


@dataclass
class Cut:
    """Blocks of each section by key, and its heading as printed; a key is missing where its heading was not found."""

    parts: dict[str, list[Block]]
    headings: dict[str, str]


def cut(blocks: Iterable[Block]) -> Cut:
    """Cut blocks at the headings.

    Of a heading that stands twice (a table of contents) the last one before the next section counts.
    """
    whole = [piece for block in blocks for piece in _split_at_headings(block)]
    ends = len(whole)
    starts: dict[str, int] = {}
    for key in reversed(FORM.sections):
        places = [place for place in range(ends) if heading_of(whole[place]) == key]
        if places:
            starts[key] = ends = places[-1]
    cuts = [(LEAD, -1), *sorted(starts.items(), key=lambda item: item[1]), ("", len(whole))]
    return Cut(
        {key: whole[start + 1 : stop] for (key, start), (_, stop) in pairwise(cuts)},
        {key: block.text for key, start in starts.items() if isinstance(block := whole[start], Text)},
    )


def heading_of(block: Block) -> str | None:
    """Key of the section a block is the heading of."""
    if isinstance(block, Grid) or len(block.text) > _LONGEST_HEADING:
        return None
    number, body = numbered(block.text)
    if not body or re.search(r"[。；]", block.text.strip()[:-1]):
        return None
    for key, heading in FORM.sections.items():
        own, name = numbered(heading)
        if body == name and number in {"", own}:
            return key
        limit = len(name) // 4
        if (
            number == own
            and not re.match(r"\s*[（(〔\[【]", block.text)
            and (distance(body, name, limit) <= limit or any(word in body for word in _TELLING[key]))
        ):
            return key
    return None


def _pattern(heading: str) -> str:
    number, _, name = heading.partition("、")
    spaced = r"\s*".join(re.escape(char) if char not in "、，" else "[、,，]?" for char in name)
    return rf"{number}\s*[、.．,，]\s*{spaced}"


HEADINGS = re.compile(f"({'|'.join(_pattern(heading) for heading in FORM.sections.values())})[:：。]?")


def _split_at_headings(block: Block) -> Iterator[Block]:
    """Cut a paragraph that holds a heading and more (headings run into the text)."""
    if isinstance(block, Grid) or not HEADINGS.search(block.text):
        yield block
        return
    rest = 0
    for found in HEADINGS.finditer(block.text):
        if block.text[rest : found.start()].strip():
            yield Text(block.text[rest : found.start()].strip())
        yield Text(found[1])
        rest = found.end()
    if block.text[rest:].strip():
        yield Text(block.text[rest:].strip())


# Title, organ, year, date ---------------------------------------------------------------------------------------------

_REPORT = r"政府信息(?:与政务)?公开(?:工作)?(?:年度)?(?:工作)?(?:年度)?报告"
_TITLE = re.compile(
    rf"(?P<before>[^。；，,;]{{0,60}}?)(?P<year>(?:19|20)\d\d|[一二三四五六七八九零〇○Ｏ]{{4}})\s*年度?"
    rf"(?P<after>[^。；，,;《]{{0,60}}?)(?:{_REPORT})"
)
_DIGITS = {char: str(digit) for digit, char in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "○": "0",
    "Ｏ": "0",
}
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_PUBLISHED = re.compile(
    rf"(?<![成修更作])(?:(?:发布|公布|公开|发文)(?:日期|时间)|(?<!\w)(?:日期|时间))\s*[:：]\s*({_DATE.pattern})"
)


def title_of(document: Document, lead: Sequence[Block]) -> tuple[str | None, str | None, int | None]:
    """Title, organ and year; the text's own title first, then what the file says about itself."""
    lines = [block.text for block in lead if isinstance(block, Text) and block.text.strip()][:40]
    joined = [" ".join(lines[place : place + count]) for count in (1, 2, 3) for place in range(len(lines))]
    without_organ: tuple[str | None, str | None, int | None] = (None, None, None)
    for text in [*document.titles, *joined]:
        squeezed = "".join(unicodedata.normalize("NFKC", clean(text)).split())
        found = _TITLE.search(squeezed)
        if not found or squeezed[found.end() :].startswith(("格式", "的通知", "编制")):
            continue
        organ = _organ(found["before"]) or _organ(found["after"])
        year = int("".join(_DIGITS.get(char, char) for char in found["year"]))
        if organ:
            return found[0], organ, year
        without_organ = without_organ if without_organ[0] else (found[0], None, year)
    return without_organ


def _organ(text: str) -> str | None:
    organ = re.sub(r"^(?:标题:|正文|关于)+|(?:关于|的)+$", "", text).strip(" :：《》“”\"'-—_|>·")
    return organ or None


def published_of(document: Document, lead: Sequence[Block]) -> list[str]:
    """Dates of publication, ISO where they are dates, as written otherwise; most telling first."""
    stated = [
        found[1] for block in lead if isinstance(block, Text) for found in _PUBLISHED.finditer(block.text)
    ]
    return [_iso(text) or text for text in [*document.published, *stated] if text.strip()]


def _iso(text: str) -> str | None:
    found = _DATE.search(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


# Contact ---------------------------------------------------------------------------------------------------------------

_OFFICE = re.compile(r"请(?:与|同|联系)([^，,。；;（(]{2,60}?)(?:联系|（|\(|[，,])")
_PHONE = re.compile(
    r"(?:电话|电\s*话)\s*[:：]?\s*(\(?（?\d{3,4}\)?）?[-—－ ]?\d{7,8}(?:[-—转]\d{1,6})?|\d{5,11})"
)
_ADDRESS = re.compile(r"地址\s*[:：，,]\s*([^，,。；;（()）]{4,80})")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def contact_of(lead: str) -> dict[str, str | None]:
    """Contact as the lead paragraph states it; a blank office or phone is one it does not state."""
    text = unicodedata.normalize("NFKC", lead)
    found = {"office": _OFFICE, "phone": _PHONE, "address": _ADDRESS}
    stated: dict[str, str | None] = {
        key: match[1].strip() if (match := pattern.search(text)) else None for key, pattern in found.items()
    }
    email = _EMAIL.search(text)
    return {
        "office": stated["office"] or "",
        "phone": stated["phone"] or "",
        "address": stated["address"],
        "email": email[0] if email else None,
    }


# Prose ----------------------------------------------------------------------------------------------------------------

_BLOCK_START = re.compile(r"^(?=[#>|~=]|[-+](?:\s|$)|-{2,}$)|^(\d{1,9})(?=[.)](?:\s|$))")


def markdown(blocks: Sequence[Block]) -> str:
    """Blocks of a prose section as the Markdown of a report folder: text stays text, whatever characters it holds."""
    paragraphs: list[str] = []
    for block in blocks:
        text = _table(block) if isinstance(block, Grid) else _paragraph(block)
        if not text:
            continue
        mark = "" if isinstance(block, Grid) else block.mark
        in_list = mark in {"- ", "1. "} and paragraphs and paragraphs[-1].startswith(mark)
        if in_list:
            paragraphs[-1] += "\n" + text
        else:
            paragraphs.append(text)
    return "\n\n".join(paragraphs) + "\n" if paragraphs else ""


def _paragraph(block: Text) -> str:
    lines = [" ".join(line.split()) for line in clean(block.text.replace("\u3000", " ")).split("\n")]
    text = " ".join(line for line in lines if line)
    if not text:
        return ""
    # （一）主动公开 is a heading by itself, as clerks write it.
    mark = (
        ""
        if block.mark.startswith("#") and re.match(r"（[一二三四五六七八九十]+）[^。；，！？：]{1,30}$", text)
        else block.mark
    )
    return mark + escape(text)


def escape(text: str) -> str:
    """Escape what Markdown or a placeholder would read in a line of text."""
    text = re.sub(r"[\\`*_<\[]|&(?=#?\w+;)|(?<=\{)[{%#]", r"\\\g<0>", text)
    return _BLOCK_START.sub(lambda found: f"{found[1]}\\" if found[1] else "\\", text)


def _table(grid: Grid) -> str:
    rows = [[_cell(cell) for cell in row] for row in grid.rows]
    width = max(map(len, rows), default=0)
    filled = [row + [""] * (width - len(row)) for row in rows if any(row)]
    if not filled:
        return ""
    if width == 1:
        return "\n\n".join(row[0] for row in filled)
    head, *body = ["| " + " | ".join(row) + " |" for row in filled]
    return "\n".join([head, "|" + "---|" * width, *body])


def _cell(cell: Cell | None) -> str:
    text = " ".join(clean(cell.text).split()) if cell else ""
    return "\\|".join(map(escape, text.split("|")))
