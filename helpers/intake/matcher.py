"""A document placed on the form: figures, prose, and everything that a person must look at."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from helpers.form import FORM, Table
from helpers.intake import sections, stream
from helpers.intake.fee import fee_of
from helpers.intake.grids import GridReader
from helpers.intake.model import Block, Document, Figure, Grid, Imported, IntakeError, Picture, Text, Unread
from helpers.intake.readings import OTHER_HANDLING, Readings
from helpers.intake.sheet import UNCOMPUTED
from helpers.intake.words import normal

PROSE_SECTIONS = [key for key in FORM.sections if key not in FORM.tables]
_NAMED = 5
_FEWEST_HEADINGS, _FEWEST_FIGURES = 3, 10
_SHORTEST_SENTENCE = 15
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

_CAPTION = re.compile(r"\s*[图表]\s*\d+[\s　:：].*")


def place(document: Document) -> Imported:
    """Place a document on the form.

    Raises
    ------
    IntakeError
        It is no annual report in the form of 2021 or 2019.
    """
    parts = sections.cut(document.blocks)
    readings = Readings()
    reader = GridReader(readings)
    for block in document.blocks:
        if isinstance(block, Grid):
            reader.read(block)
    stream.read(readings, parts)
    readings.split_other_handling(normal(stream.flatten(document.blocks)))
    _refuse_others(document, headings=len(parts) - 1, figures=len(readings.read))
    _refuse_uncomputed(readings)
    unread: list[Unread] = []
    lead = parts[sections.LEAD] if len(parts) > 1 else []
    title, organ, year = sections.title_of(document, parts[sections.LEAD])
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
    drawn = {name for name, blocks in parts.items() if any(isinstance(block, Picture) for block in blocks)}
    figures = {table.name: dict(_figures(table, readings, drawn, unread)) for table in FORM.tables.values()}
    prose = _prose(document, parts, unread)
    unread.extend(_without_place(parts))
    published = _published(document, lead, year, unread)
    lead_text = document.prose.get("lead", _lead(lead))
    return Imported(
        organ=organ,
        year=year,
        title=title,
        published=published,
        figures=figures,
        sections=prose,
        unread=unread,
        settings=settings or _stated(lead_text, prose["other"], year, unread),
        lead=lead_text,
    )


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
    words = normal(stream.flatten(document.blocks))
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
                for key in ((table.name, row), (table.name, group), (table.name, "")):
                    text, why = readings.failures.get(key, (text, why))
                    if key in readings.failures:
                        break
            if why:
                name = ".".join((table.name, row) if column == "value" else (table.name, row, column))
                unread.append(Unread(f"{table.place(row, column)}（{name}）", text, why))
        yield row, cells


def _prose(document: Document, parts: dict[str, list[Block]], unread: list[Unread]) -> dict[str, str | None]:
    prose: dict[str, str | None] = {}
    for key in PROSE_SECTIONS:
        if key in document.prose:
            prose[key] = document.prose[key]
        elif key in parts:
            prose[key] = sections.markdown(_own(parts[key]))
        else:
            prose[key] = None
            unread.append(
                Unread(f"“{FORM.sections[key]}”（sections.{key}）", "", "没有找到这个标题，这一部分没有读到")
            )
    return prose


def _own(blocks: Sequence[Block]) -> list[Block]:
    """Blocks of a prose section without the form's own tables, which are placed by now."""
    probe = Readings()
    own: list[Block] = []
    for block in blocks:
        if isinstance(block, Grid):
            GridReader(probe).read(block)
            if probe.read:
                probe = Readings()
                continue
        own.append(block)
    return own


def _without_place(parts: dict[str, list[Block]]) -> Iterator[Unread]:
    """Sentences in the sections that consist of a table alone."""
    for table in FORM.tables.values():
        for block in parts.get(table.name, []):
            if not isinstance(block, Text) or _CAPTION.fullmatch(block.text):
                continue
            words = [run.before for run in stream.runs(block.text)] or [block.text]
            if len(words) < 3 and len(block.text) >= _SHORTEST_SENTENCE and re.search(r"[。；]", block.text):
                yield Unread(
                    table.part, block.text, "是表格以外的文字，这一部分只有表格；要保留的请移到正文里"
                )


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


def _lead(blocks: Sequence[Block]) -> str:
    """Paragraphs of the lead: sentences, not the title, the navigation or the date above them."""
    return sections.markdown(
        [block for block in blocks if isinstance(block, Text) and "。" in block.text and len(block.text) > 30]
    )
