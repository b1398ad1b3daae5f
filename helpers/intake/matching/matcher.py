"""A document placed on the form: figures, prose, and everything that a person must look at."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from helpers.intake.matching import frame, running_text, sections
from helpers.intake.matching.account import Account
from helpers.intake.matching.collected import OTHER_HANDLING, Readings
from helpers.intake.matching.fee import fee_of
from helpers.intake.matching.grids import GridReader
from helpers.intake.matching.model import (
    UNCOMPUTED,
    Block,
    Document,
    Figure,
    Grid,
    Imported,
    IntakeError,
    Picture,
    Text,
    Unread,
)
from helpers.intake.matching.similarity import normal, numbered
from helpers.report.form import FORM, Table

PROSE_SECTIONS = [key for key in FORM.sections if key not in FORM.tables]
_NAMED = 5
_FEWEST_HEADINGS, _FEWEST_FIGURES = 3, 10
_PICTURE = "这一部分的表是图片，没有文字，读不出数字；请照着图片录入"
_BEFORE_2019 = (
    "历年累计",
    "指标名称",
    "主动公开信息数",
    "政府信息公开申请总数",
    "申请的答复总数",
    "公开答复数",
    "收费减免金额",
)
"""Heads and rows of the table of indicators that reports on 2018 and before had."""


def place(document: Document) -> Imported:
    """Place a document on the form.

    Raises
    ------
    IntakeError
        It is no annual report in the form of 2021 or 2019.
    """
    cut = sections.cut(document.blocks)
    parts, readings = cut.parts, _read(document, cut.parts)
    _refuse_others(document, headings=len(cut.headings), figures=len(readings.read))
    _refuse_uncomputed(readings)
    unread: list[Unread] = []
    title, organ, year = _identity(document, parts[sections.LEAD], unread)
    drawn = {name for name, blocks in parts.items() if any(isinstance(block, Picture) for block in blocks)}
    figures = {table.name: dict(_figures(table, readings, drawn, unread)) for table in FORM.tables.values()}
    published = _published(document, parts[sections.LEAD] if cut.headings else [], year, unread)
    texts = _Texts(document, cut, readings)
    prose, lead = texts.prose(organ or "", published), texts.lead([title or "", *document.titles])
    stated = document.settings or _stated(lead, prose["other"], year, unread)
    unread.extend(texts.unread)
    unread.extend(document.asides)
    unread.extend(texts.rest())
    return Imported(
        organ=organ,
        year=year,
        title=title,
        published=published,
        figures=figures,
        sections=prose,
        unread=unread,
        settings=stated,
        lead=lead,
        characters=texts.account.totals(document.source),
    )


def _read(document: Document, parts: dict[str, list[Block]]) -> Readings:
    readings = Readings()
    reader = GridReader(readings)
    for block in document.blocks:
        if isinstance(block, Grid):
            reader.read(block)
    running_text.read(readings, parts)
    readings.split_other_handling(normal(running_text.flatten(document.blocks)))
    return readings


def _identity(
    document: Document, lead: Sequence[Block], unread: list[Unread]
) -> tuple[str | None, str | None, int | None]:
    """Title, organ and year; what is not stated is listed."""
    title, organ, year = sections.title_of(document, lead)
    settings = document.settings
    title, organ, year = (
        settings.get("title", title),
        settings.get("organ", organ),
        settings.get("year", year),
    )
    stated = {"organ": (organ, "机关名称"), "year": (year, "年度"), "title": (title, "标题")}
    for key, (value, name) in stated.items():
        if value is None:
            unread.append(Unread(f"{name}（{key}）", "", f"没有读到{name}，请补上"))
    return title, organ, year


class _Texts:
    """Sorts all text of a document into prose, what is listed, and what is known; keeps account of its characters."""

    def __init__(self, document: Document, cut: sections.Cut, readings: Readings) -> None:
        self.document, self.cut, self.readings = document, cut, readings
        self.account = Account()
        self.unread: list[Unread] = []
        for text in document.furniture:
            self.account.know(text)
        for aside in document.asides:
            self.account.tell(aside.text)
        for key, heading in cut.headings.items():
            self._heading(key, heading)
        for name in FORM.tables:
            self._tables(name, cut.parts.get(name, []))

    def _heading(self, key: str, heading: str) -> None:
        if numbered(heading)[1] == numbered(FORM.sections[key])[1]:
            self.account.know(heading)
        else:
            self._list(FORM.sections[key], heading, "标题和统一格式的不同，导入后按统一格式")

    def _list(self, where: str, text: str, why: str) -> None:
        self.account.tell(text)
        self.unread.append(Unread(where, text, why))

    def _tables(self, section: str, blocks: Sequence[Block]) -> None:
        self.unread.extend(self.account.tables(section, blocks, self.readings))

    def _place(self, where: str, found: frame.Sorted) -> None:
        for known in found.known:
            self.account.know(known.text)
        for block, why in found.listed:
            self._list(where, block.text, why)

    def lead(self, titles: Collection[str]) -> str:
        """Return the lead as Markdown."""
        blocks = self.cut.parts[sections.LEAD]
        self._tables(sections.LEAD, [block for block in blocks if isinstance(block, Grid)])
        found = frame.lead_of(blocks, titles)
        self._place("标题和第一部分之间", found)
        lead = sections.markdown(found.prose)
        self.account.keep_prose(lead)
        return self.document.prose.get(sections.LEAD, lead)

    def prose(self, organ: str, published: str | None) -> dict[str, str | None]:
        """Return the prose of each section as Markdown, None for one that was not found."""
        prose: dict[str, str | None] = {}
        last = next((key for key in reversed(FORM.sections) if key in self.cut.parts), None)
        for key in PROSE_SECTIONS:
            text = self.document.prose.get(key)
            if text is None and key in self.cut.parts:
                text = self._section(key, organ, published, ends=key == last)
                self.account.keep_prose(text)
            prose[key] = text
            if text is None:
                where = f"“{FORM.sections[key]}”（sections.{key}）"
                self.unread.append(Unread(where, "", "没有找到这个标题，这一部分没有读到"))
        return prose

    def _section(self, key: str, organ: str, published: str | None, *, ends: bool) -> str:
        own, tables = _own(self.cut.parts[key])
        self._tables(key, tables)
        if ends:
            own, known, annex = frame.annex_of(own)
            for block in known:
                self.account.know(block.text)
            self._tables(key, annex)
            found = frame.signature_of(own, organ, published)
            self._place(FORM.sections[key], found)
            own = found.prose
        dropped = [block for block in own if isinstance(block, Text) and frame.is_furniture(block.text)]
        for block in dropped:
            self.account.know(block.text)
        return sections.markdown([block for block in own if block not in dropped])

    def rest(self) -> list[Unread]:
        """List what of the source is nowhere."""
        return list(self.account.rest(self.document.source))


def _refuse_uncomputed(readings: Readings) -> None:
    """Refuse a workbook that was never calculated: what its formulas say nobody knows."""
    named = list(
        dict.fromkeys(
            read.reading.why.removesuffix(UNCOMPUTED).strip()
            for read in readings.read.values()
            if read.reading.why.endswith(UNCOMPUTED)
        )
    )
    if named:
        more = f"等 {len(named)} 格" if len(named) > _NAMED else ""
        raise IntakeError(
            f"{'、'.join(named[:_NAMED])}{more}{UNCOMPUTED}；请用 Excel 或 WPS 打开文件，保存一次再导入"
        )


def _refuse_others(document: Document, *, headings: int, figures: int) -> None:
    if figures >= _FEWEST_FIGURES:
        return
    words = normal(running_text.flatten(document.blocks))
    if sum(label in words for label in _BEFORE_2019) > 1:
        raise IntakeError("这是 2019 年以前的旧格式，指标和统一格式的三张表对不上，不能导入；请照着原件录入")
    if headings < _FEWEST_HEADINGS:
        raise IntakeError(_not_a_report(document))


def _not_a_report(document: Document) -> str:
    what = "没有找到统一格式的三张表和六个部分，不是政府信息公开工作年度报告，或者是 2019 年以前的旧格式"
    if not document.attachments:
        return f"{what}，请核对文件"
    return f"网页里没有报告正文，只有附件链接“{'”“'.join(document.attachments[:5])}”；请把附件下载下来，再导入附件"


def _figures(
    table: Table, readings: Readings, drawn: Collection[str], unread: list[Unread]
) -> Iterator[tuple[str, dict[str, Figure | None]]]:
    for row in table.row:
        cells = {}
        for column in table.column:
            read = readings.read.get((table.name, row, column))
            text, why = "", _PICTURE if table.name in drawn else "没有找到这一格"
            if read:
                cells[column], text, why = read.reading.value, read.text, read.reading.why
            else:
                cells[column] = None
                group = OTHER_HANDLING if OTHER_HANDLING in table.row[row].labels[1:2] else row
                for key in (row, group, ""):
                    if failure := readings.tell(table.name, key):
                        text, why = failure.text, failure.why
                        break
            if why:
                name = ".".join((table.name, row) if column == "value" else (table.name, row, column))
                unread.append(Unread(f"{table.place(row, column)}（{name}）", text, why))
        yield row, cells


def _own(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """Part the form's own tables, which are placed by now, from the blocks of a prose section."""
    own: list[Block] = []
    placed: list[Block] = []
    for block in blocks:
        probe = Readings()
        if isinstance(block, Grid):
            GridReader(probe).read(block)
        (placed if probe.read else own).append(block)
    return own, placed


def _published(
    document: Document, lead: Sequence[Block], year: int | None, unread: list[Unread]
) -> str | None:
    settings = document.settings
    if "published" in settings:
        return str(settings["published"]) if settings["published"] else None
    for text in sections.published_of(document, lead):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        if year is None or day.year > year:
            return text
        if (day.month, day.day) != (12, 31):
            unread.append(Unread("公布日期（published）", text, "早于报告年度结束，不像公布日期，请补上"))
        return None
    return None


def _stated(lead: str, other: str | None, year: int | None, unread: list[Unread]) -> dict[str, Any]:
    """Values for report.yml that the prose states."""
    fee = fee_of(other or "", year)
    if fee.yuan is None:
        unread.append(Unread("信息处理费（information_fee_yuan）", fee.text, f"{fee.why}，请补上"))
    return {"contact": sections.contact_of(lead), "information_fee_yuan": fee.yuan}
