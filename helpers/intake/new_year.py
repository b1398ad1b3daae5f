"""A report folder to begin a year with: labels in place, figures zero, what last year hands over filled in."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.files.reading import SourceError, read_csv
from helpers.files.writing import written_whole
from helpers.files.yaml_text import read_yaml
from helpers.report.figures import Figure, Rows, parse_figure
from helpers.report.folder import InvalidReport, Report, load, save
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM, TOTAL, Table
from helpers.report.local_addenda import Addendum, AddendumError, addendum
from helpers.report.settings_file import SETTINGS_FILE, Contact

TO_FILL = "待填写"
"""Stands in report.yml for a text that must be there and is not known yet."""

_NUMERALS = "一二三四五六七八九十"
_HINTS = {
    "主动公开": "公开了哪些领域的信息，渠道、数量，政策解读和回应关切做了什么；与第二部分的数字一致",
    "依申请公开": "收到、办结、结转各多少件，办理结果如何；与第三部分的数字一致",
    "政府信息管理": "制作、审核、发布、清理和保存信息的制度与落实情况",
    "政府信息公开平台建设": "网站、新媒体、公报、查阅点等平台的建设与维护情况",
    "监督保障": "机构人员、培训考核、社会评议和责任追究情况",
}
_PROBLEMS = (
    ("存在的主要问题", "本年度自己的具体问题，不照抄上年"),
    ("改进情况", "上年提出的问题改得怎样，今年的问题打算怎样改"),
)
_OTHER = "写明收取信息处理费的情况，没有收取也要写明；其他需要报告的事项"


class NewError(Exception):
    """A folder that cannot be begun; the message says why, in Chinese."""


@dataclass(frozen=True)
class Started:
    """A folder as begun, and what is still to fill in it, one Chinese line each."""

    report: Report
    to_fill: list[str]


@dataclass(frozen=True)
class _LastYear:
    """What last year's folder hands over: its settings, and 结转下年度 by column (None where it is blank)."""

    settings: dict[str, Any]
    carried: dict[str, Figure | None]


def create(
    folder: Path,
    organ: str,
    level: str,
    year: int,
    previous: Path | None = None,
    local: str | None = None,
) -> Started:
    """Begin a report folder that passes the rules of shape at once.

    Parameters
    ----------
    folder
        Where; nothing may stand there.
    previous
        Last year's folder: its contact is copied, its 结转下年度 becomes this year's 上年结转, and it is linked. It
        need not be complete.
    local
        Name of the local notice to follow; without it, last year's if that is on this year too.

    Raises
    ------
    NewError
        The folder exists or cannot be written, last year's cannot be read or is not last year's, the local notice is
        none of this year's, or organ, level or year are none.
    """
    last = _read_last_year(previous, year) if previous else None
    named = _addendum(local, year) if local else _last_addendum(last, year)
    report = Report(
        folder=folder,
        organ=organ,
        short_name=_text(last, "short_name", organ)
        if last and last.settings.get("organ") == organ
        else organ[:50],
        level=level,
        year=year,
        contact=_contact(last),
        published=None,
        previous=Path(os.path.relpath(previous.resolve(), folder.resolve())).as_posix() if previous else None,
        parent=None,
        information_fee_yuan=0,
        explanations={},
        site=_site(last, organ),
        figures={table.name: _begun(table, last) for table in FORM.tables.values()},
        prose=_prose(named, level),
        local=named.name if named else None,
        addendum=named,
    )
    try:
        with written_whole(folder) as new:
            save(report, new)
            load(new)
    except FileExistsError:
        raise NewError(f"{folder} 已经有了，没有改动；请换一个名字") from None
    except InvalidReport as error:
        wrong = "；".join(found.message for found in error.findings)
        raise NewError(f"机关、层级或年度写得不对：{wrong}") from None
    except OSError as error:
        raise NewError(f"{folder} 写不进去（{error.strerror}），请检查路径和权限") from None
    return Started(report, _to_fill(report, last))


def _begun(table: Table, last: _LastYear | None) -> Rows:
    """Return a table of zeros, but for what last year carries over."""
    rows: Rows = {row: dict.fromkeys(table.column, 0) for row in table.row}
    if last and CARRIED_OVER in rows:
        rows[CARRIED_OVER] |= {column: figure or 0 for column, figure in last.carried.items()}
    return rows


def _read_last_year(folder: Path, year: int) -> _LastYear:
    try:
        settings = read_yaml(folder / SETTINGS_FILE).value
        table = FORM.tables["applications"]
        lines = read_csv(folder / f"{table.name}.csv", columns=len(table.csv_header))
    except SourceError as error:
        raise NewError(f"上年的报告文件夹 {folder} 读不了：{error.message}") from None
    if not isinstance(settings, dict):
        raise NewError(f"上年的报告文件夹 {folder} 读不了：{SETTINGS_FILE} 里没有内容")
    if settings.get("year") not in (None, year - 1):
        raise NewError(f"{folder} 是 {settings['year']} 年的报告，不是 {year} 年的上一年，接不上")
    cells = next((line.cells for line in lines if line.cells[0] == CARRIED_FORWARD), [])
    texts = [*cells, *[""] * len(table.csv_header)][1 + len(table.label_columns) : len(table.csv_header)]
    parsed = dict(zip(table.column, map(parse_figure, texts), strict=True))
    carried = {column: None if isinstance(figure, str) else figure for column, figure in parsed.items()}
    parts = [figure for column, figure in carried.items() if column != TOTAL]
    if carried[TOTAL] is None and None not in parts:
        carried[TOTAL] = sum(figure for figure in parts if figure is not None)
    return _LastYear(settings, carried)


def _text(last: _LastYear, key: str, otherwise: str) -> str:
    value = last.settings.get(key)
    return value if isinstance(value, str) and value else otherwise[:50]


def _contact(last: _LastYear | None) -> Contact:
    known = last.settings.get("contact") if last else None
    texts = {
        key: value
        for key, value in (known if isinstance(known, dict) else {}).items()
        if isinstance(value, str)
    }
    return Contact(
        office=texts.get("office") or TO_FILL,
        phone=texts.get("phone") or TO_FILL,
        address=texts.get("address"),
        email=texts.get("email"),
    )


def _site(last: _LastYear | None, organ: str) -> dict[str, str]:
    """Return what last year's report of the same organ says of the site; the address was that of its own page."""
    known = last.settings.get("site") if last and last.settings.get("organ") == organ else None
    stated = known.items() if isinstance(known, dict) else ()
    return {key: str(value) for key, value in stated if key != "url" and value is not None}


def _addendum(name: str, year: int) -> Addendum:
    try:
        named = addendum(name)
    except AddendumError as error:
        raise NewError(f"地方补充要求用不了：{error}") from None
    if year not in named.years:
        years = "、".join(map(str, named.years))
        raise NewError(
            f"地方补充要求 {name}（{named.notice['number']}）适用于 {years} 年度，不是 {year} 年度的"
        )
    return named


def _last_addendum(last: _LastYear | None, year: int) -> Addendum | None:
    """Return the notice that last year's report followed, if it is on this year too."""
    name = last.settings.get("local") if last else None
    try:
        named = addendum(name) if isinstance(name, str) else None
    except AddendumError:
        return None
    return named if named and year in named.years else None


def _prose(named: Addendum | None, level: str) -> dict[str, str]:
    """Headings, and hints as comments, which appear in no format."""
    asked = named.of(level) if named else ()
    hints = {
        topic: "；".join(str(demand) for demand in asked if demand.topic == topic)
        for topic in ("", *FORM.overview_topics)
    }
    local = {
        topic: f"\n\n<!-- 地方要求（{named.notice['number']}）：写明{hint} -->"
        for topic, hint in hints.items()
        if named and hint
    }
    overview = [(topic, _HINTS[topic], local.get(topic, "")) for topic in FORM.overview_topics]
    return {
        "overview": _sections(overview),
        "problems": _sections((*one, "") for one in _PROBLEMS),
        "other": f"<!-- 提示：{_OTHER} -->{local.get('', '')}\n",
    }


def _sections(parts: Any) -> str:
    return (
        "\n\n".join(
            f"（{numeral}）{heading}\n\n<!-- 提示：{hint} -->{more}"
            for numeral, (heading, hint, more) in zip(_NUMERALS, parts, strict=False)
        )
        + "\n"
    )


def _to_fill(report: Report, last: _LastYear | None) -> list[str]:
    lines = [
        f"{SETTINGS_FILE}：contact.{key} 写着“{TO_FILL}”"
        for key, value in vars(report.contact).items()
        if value == TO_FILL
    ]
    table = FORM.tables["applications"]
    if last is None:
        lines.append(f"applications.csv：{table.place(CARRIED_OVER)}，没有上年的报告，全部先填了 0")
    else:
        blank = [table.column[column].label for column, figure in last.carried.items() if figure is None]
        if blank:
            lines.append(
                f"applications.csv：{table.place(CARRIED_OVER)}，上年的结转数没有填，先填了 0：{'、'.join(blank)}"
            )
        if last.settings.get("organ") not in (None, report.organ):
            lines.append(f"上年的报告是“{last.settings['organ']}”的，请核对机关名称")
    lines.append(f"{'、'.join(f'{name}.csv' for name in FORM.tables)}：其余的数都先填了 0")
    lines.append("overview.md、problems.md、other.md：按注释里的提示写正文")
    lines += _to_fill_locally(report, last)
    lines.append(
        f"{SETTINGS_FILE}：information_fee_yuan（当年收取的信息处理费，元）先填了 0；公布后填 published"
    )
    return lines


def _to_fill_locally(report: Report, last: _LastYear | None) -> list[str]:
    named = report.addendum
    if named is None:
        before = last.settings.get("local") if last else None
        return (
            [f"{SETTINGS_FILE}：上年的 local（{before}）不适用于本年度，有新的通知请写上"] if before else []
        )
    lines = [f"{named.cited}另外要求 {len(named.of(report.level))} 项，写在正文的注释里"]
    last_day = named.last_day(report.level, report.year)
    return [*lines, f"{named.cited}要求 {last_day} 前公布"] if last_day else lines
