"""The two faces of the document: the final page, and the same page with what a reviewer needs to see.

The profile ``review`` adds a summary on top, a mark at every cell and paragraph with a finding or a note, and an appendix.
The final page knows nothing of it. Colour never speaks alone: every mark has a sign, a number and a text.
"""

import os
import re
import sys
from collections.abc import Collection, Iterable
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from helpers import __version__, checks
from helpers.document import charts, notes, opendata, prose, site_tags, source_plan, tables
from helpers.document import pandoc_ast as ast
from helpers.document.cell_display import Display
from helpers.document.notes import NOTES_FILE, Note
from helpers.document.outputs import INDEX, KINDS
from helpers.document.pandoc_ast import Node
from helpers.document.provenance import PACKAGES
from helpers.files.digests import digest
from helpers.files.templates import Markup
from helpers.report.cell_names import BY_NAME, CELLS
from helpers.report.figures import Figure, format_figure
from helpers.report.findings import rules
from helpers.report.folder import PROSE, Report, files_of, read
from helpers.report.form import FORM
from helpers.review import figure_pairs, word_notes
from helpers.review.figure_pairs import signed
from helpers.review.remarks import SIGNS, Remark, kind_of, note_place, place_of
from helpers.review.review_tables import appendix_table, compared, figures, grouped, joined, percent, shade
from helpers.review.text_diff import section

PROFILE = "review"


def active() -> bool:
    """Whether the document is rendered with the reviewer's profile; both engines tell the cells in one variable."""
    return PROFILE in os.environ.get("QUARTO_PROFILE", "").split(",")


def open_report(folder: str | Path, *, force: bool = False) -> "Page":
    """Open a report folder for the document: the face of it that this render shows.

    Parameters
    ----------
    folder
        The report folder.
    force
        Go on in spite of errors, and mark every page as a draft.

    Raises
    ------
    InvalidReport
        The report has errors; the message lists them. The reviewer's page shows them instead.
    """
    verdict = checks.check(Path(folder))
    report = verdict.release(force or active())
    return (Review if active() else Page)(report, draft=force and not verdict.passed)


class Page:
    """The final page: each method gives one part of the document, to be the last line of a cell."""

    def __init__(self, report: Report, *, draft: bool = False) -> None:
        self.report = report
        self.draft = draft

    @cached_property
    def years(self) -> list[Report]:
        """The linked reports, the oldest first, this one last."""
        return charts.history(self.report)

    def header(self) -> Display:
        """Return title and properties of the document, and the report's data as attachments and downloads."""
        parts = (
            prose.front_matter(self.report, self.draft),
            source_plan.markdown(self.report),
            site_tags.markdown(self.report),
            opendata.markdown(self.report),
        )
        return Display("\n\n".join(parts), Markup("<h1>{}</h1>").format(self.report.title))

    def prose(self, name: str) -> Display:
        """Return a prose section: ``lead``, ``overview``, ``problems`` or ``other``."""
        _require(name, PROSE, "正文")
        return Display(prose.markdown(self.report, name))

    def table(self, name: str) -> Display:
        """Return one of the three tables: ``disclosure``, ``applications`` or ``proceedings``."""
        _require(name, FORM.tables, "表")
        return Display(tables.markdown(self.report, name))

    def chart(self, key: str) -> Display | None:
        """Return a chart by its key in the index of outputs; None where it is not shown."""
        _require(key, [key for key, output in INDEX.items() if output.kind == "figure"], "图")
        return charts.display(self.report, key, self.years)

    def trends(self) -> Display | None:
        """Return every chart over the linked years below a heading; None where none is shown."""
        return charts.display_trends(self.report, self.years)

    def number(self, name: str) -> Figure | None:
        """Return a figure, for text or a chart of one's own, by the name it has in prose.

        Parameters
        ----------
        name
            A row's key, as in ``licensing``; of a row with several columns it is the total, and ``new_received.business``
            one of them.

        Returns
        -------
        int or Decimal or None
            A count, or an amount of money in 万元; None where a draft's cell could not be read.
        """
        if name not in BY_NAME:
            _require(name, [known for known in BY_NAME if "." not in known], "数")
        return self.report.figure(*BY_NAME[name])

    def summary(self) -> Display | None:
        """Return what stands before the report: nothing."""
        return None

    def appendix(self) -> Display | None:
        """Return what stands after the report: nothing."""
        return None


class Review(Page):
    """The reviewer's page."""

    @cached_property
    def verdict(self) -> checks.Verdict:
        """What the rules say about the report."""
        return checks.check(self.report.folder)

    @cached_property
    def previous(self) -> Report | None:
        """Last year's report, where it can be read."""
        folder = self.report.linked(self.report.previous)
        return None if folder is None else read(folder).report

    @cached_property
    def remarks(self) -> list[Remark]:
        """All findings, errors first, then all notes."""
        order = ["error", "warning", "explained", "info"]
        found = [one for one in self.verdict.findings if one.rule != "N-OPEN"]
        kinds = sorted(((kind_of(one), one) for one in found), key=lambda pair: order.index(pair[0]))
        remarks = [
            Remark(number, kind, f"{one.message}〔{one.rule}〕", *place_of(one))
            for number, (kind, one) in enumerate(kinds, 1)
        ]
        written, _ = notes.read(self.report.folder)
        return remarks + [
            Remark(number, "note", self._note_text(note), *note_place(note, self.texts))
            for number, note in enumerate(written, len(remarks) + 1)
        ]

    def header(self) -> Display:
        """Return what the final page has, and the notes as comments of the Word file."""
        written, _ = notes.read(self.report.folder)
        header = super().header()
        return Display(joined(header.markdown, word_notes.markdown(self.report, written)), header.page)

    @cached_property
    def texts(self) -> notes.Texts:
        """The prose sections as plain text."""
        return prose.texts(self.report)

    def _note_text(self, note: Note) -> str:
        state = "未处理" if note.open else "已处理"
        changed = note.changed(self.report, self.texts)
        passage = f"；写批注时是“{note.seen}”，现在已经改动" if changed else ""
        answers = "".join(f"；{one.who}答复（{one.when}）：{one.text}" for one in note.replies)
        return f"{note.text}（{note.who}，{note.when}，{state}{passage}{answers}）"

    # At its place -----------------------------------------------------------------------------------------------------

    def table(self, name: str) -> Display:
        """Return a table with a mark in each cell that has a remark, and the remarks below it."""
        own = [one for one in self.remarks if one.cell and one.cell[0] == name]
        cells = iter(CELLS[name])

        def mark(found: re.Match[str]) -> str:
            cell = next(cells)
            here = [one for one in own if one.cell == cell]
            if not here:
                return found[0]
            opening = found[1].replace("<td", f'<td class="marked marked-{here[0].kind}"', 1)
            return f"{opening}{found[2]}{''.join(one.mark() for one in here)}</td>"

        # Figures stand in the document in the order of the form.
        marked = re.sub(r"(<td[^>]*>)([^<]*)</td>", mark, super().table(name).markdown)
        return Display(joined(marked, ast.raw_block([one.block() for one in own])))

    def prose(self, name: str) -> Display:
        """Return a prose section with each remark below its block; what has no place in it stands at its end."""
        blocks = prose.blocks(self.report, name)
        own = [one for one in self.remarks if one.section == name]
        parts: list[Node] = []
        for lines, block in blocks:
            here = [one for one in own if one.line in lines]
            own = [one for one in own if one not in here]
            parts += [block, *(one.block() for one in here)]
        return Display(ast.raw_block([*parts, *(one.block() for one in own)]))

    # Before the report ------------------------------------------------------------------------------------------------

    def summary(self) -> Display:
        """Return counts, and every error, warning, explanation and note with a link to its place."""
        counts: list[str] = []
        for kind, (sign, name) in SIGNS.items():
            count = sum(one.kind == kind for one in self.remarks)
            counts.append(f"{sign} {name} {count}")
        passed = f"[√ 通过 {len(self._passed())} 条规则](#review-rules)"
        parts = [
            "# 审阅摘要 {#review-summary}",
            f"{'　'.join(counts)}　{passed}",
            _text(f"{self.verdict.verified}。"),
        ]
        placed = [one for one in self.remarks if one.cell or one.section]
        blocks = [ast.bullet_list([one.item() for one in placed])] if placed else []
        blocks += [one.block() for one in self.remarks if one not in placed]
        return Display(joined(*parts, ast.raw_block(blocks), "* * *"))

    def _passed(self) -> list[str]:
        failed = {one.rule for one in self.verdict.findings}
        return [name for name in rules() if name not in failed]

    # After the report -------------------------------------------------------------------------------------------------

    def appendix(self) -> Display:
        """Return findings, last year beside this year, the origin of every figure, outputs, notes, tools."""
        return Display(
            joined(
                "# 附录　审阅材料 {#review-appendix}",
                *self._rules(),
                *self._last_year(),
                *self._origin(),
                *self._outputs(),
                *self._notes(),
                *self._tools(),
            )
        )

    def _rules(self) -> Iterable[str]:
        yield "## 逐条规则的结果 {#review-rules}"
        rows = []
        for name, rule in rules().items():
            own = [one for one in self.remarks if f"〔{name}〕" in one.text]
            outcome = "、".join(f"{one.sign} {one.name}" for one in own)
            if name == "N-OPEN":
                count = sum(found.rule == name for found in self.verdict.findings)
                outcome = f"※ {count} 条未处理" if count else ""
            rows.append((name, outcome or "√ 通过", rule.text, rule.basis))
        yield appendix_table("review-rules", ("规则", "结果", "要求", "依据"), rows, (18, 14, 40, 28))

    def _last_year(self) -> Iterable[str]:
        yield "## 与上一年度对照 {#review-years}"
        if self.previous is None:
            yield "report.yml 的 previous 没有填写，或者读不到，没有可以对照的上一年度报告。"
            return
        pairs = figure_pairs.pairs(self.previous, self.report)
        shown = [pair for pair in pairs if pair.before or pair.after]
        movements = figure_pairs.movements(pairs)
        yield ast.raw_block([ast.bullet_list([[ast.plain(ast.text(one))] for one in movements])])
        yield f"下表列出两年里至少有一年不是 0 的 {len(shown)} 个数；其余 {len(pairs) - len(shown)} 个数两年都是 0。"
        rows = [
            (
                pair.place,
                format_figure(pair.after),
                format_figure(pair.before),
                signed(pair.difference),
                percent(pair),
            )
            for pair in shown
        ]
        heads = ("项目", f"{self.report.year} 年", f"{self.previous.year} 年", "增减", "幅度")
        yield appendix_table(
            "review-years", heads, rows, (48, 13, 13, 13, 13), [shade(pair) for pair in shown]
        )
        for name in PROSE:
            if name in self.report.prose and name in self.previous.prose:
                yield from compared(section(self.previous, self.report, name))

    def _origin(self) -> Iterable[str]:
        yield "## 所用的文件 {#review-files}"
        yield "本报告由下列文件生成，SHA-256 值可以核对文件有没有改动："
        files = files_of(self.report) + [path for path in [self.report.folder / NOTES_FILE] if path.is_file()]
        yield appendix_table(
            "review-files",
            ("文件", "SHA-256"),
            [(path.name, grouped(digest(path))) for path in files],
            (24, 76),
        )
        yield "## 每个数的出处 {#review-origin}"
        rows = [
            (
                table.place(row),
                f"{name}.csv",
                str(self.report.lines.get((name, row), "")),
                figures(self.report, name, row),
            )
            for name, table in FORM.tables.items()
            for row in table.row
        ]
        yield appendix_table("review-origin", ("项目", "文件", "行", "数值"), rows, (46, 22, 8, 24))

    def _outputs(self) -> Iterable[str]:
        yield "## 表和图的目录 {#review-outputs}"
        drawn = {chart.key: chart for chart in charts.shown(self.report, self.years)}
        keys = [key for key, output in INDEX.items() if output.kind == "table" or key in drawn]
        rows = []
        for key in keys:
            output = INDEX[key]
            title = drawn[key].title if key in drawn else output.title
            rows.append((title, KINDS[output.kind], f"{output.source}.csv", output.note))
        yield appendix_table("review-outputs", ("名称", "种类", "数据", "说明"), rows, (40, 10, 20, 30))

    def _notes(self) -> Iterable[str]:
        yield "## 批注 {#review-notes}"
        written, _ = notes.read(self.report.folder)
        if not written:
            yield f"没有批注。审阅人可以在报告文件夹里的 {NOTES_FILE} 写批注。"
            return
        numbers = [one.number for one in self.remarks if one.kind == "note"]
        rows = [
            (f"※{number}", note.place, self._note_text(note))
            for number, note in zip(numbers, written, strict=True)
        ]
        yield appendix_table("review-notes", ("编号", "位置", "批注"), rows, (10, 40, 50))

    def _tools(self) -> Iterable[str]:
        yield "## 工具和版本 {#review-tools}"
        tools = [("nianbao", __version__), ("Python", sys.version.split()[0])]
        tools += [(name, version(name)) for name in PACKAGES]
        yield appendix_table("review-tools", ("工具", "版本"), tools, (60, 40))
        yield "生成文件所用的引擎和它的版本记在同一文件夹的 manifest.json 里。"


def _require(name: str, known: Collection[str], kind: str) -> None:
    """Refuse the name of a part that the document has not."""
    if name not in known:
        raise ValueError(f"没有叫“{name}”的{kind}，可用的有：{'、'.join(known)}")


def _text(content: str) -> str:
    return ast.raw_block([ast.para(ast.text(content))])
