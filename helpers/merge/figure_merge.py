"""The figures of an edited file brought into the CSVs of its folder, three ways; totals that were computed stay computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from helpers.document.source_plan import figure_digest, kinds
from helpers.finishing.source_marks import Plan
from helpers.merge.outcome import Choice, Decisions, FigureChange, Question
from helpers.merge.resolved import Figures, figure_mark
from helpers.report.cell_names import CELLS, Cell, place
from helpers.report.figures import Figure, format_figure, parse_figure
from helpers.report.folder import Report
from helpers.report.form import AMOUNTS, FORM, HANDLED, RESULTS, TOTAL


@dataclass
class FigureMerge:
    """What a merge makes of the figures: those that change, as they are to be written."""

    changes: list[FigureChange] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    untaken: list[str] = field(default_factory=list)


def read_tables(tables: Sequence[Figures]) -> tuple[dict[Cell, str], list[str]]:
    """Return the text of each figure's cell of the tables given, and what of them was not found."""
    found: dict[Cell, str] = {}
    missing: list[str] = []
    by_name = {one.name: one for one in reversed(tables)}
    for name in FORM.tables:
        heading = FORM.tables[name].heading
        if name not in by_name:
            continue
        if by_name[name].rows_changed:
            missing.append(f"{heading}：表里增删了行；统一格式的表不能增删行，只读了原有的格子")
        own = _cells(by_name[name])
        found |= own
        lost = [cell for cell in CELLS[name] if cell not in own]
        missing += [f"{place(cell)}：文件里没有找到这一格，没有改动" for cell in lost]
    return found, missing


def _cells(table: Figures) -> dict[Cell, str]:
    """Return the cells by their marks; where a mark is lost, by the place in a table that is otherwise whole."""
    marked: dict[Cell, str] = {}
    for text, marks, _ in table.cells:
        for mark in marks:
            known = figure_mark(mark)
            if known and known[0] == table.name and known[1] < len(CELLS[table.name]):
                marked.setdefault(CELLS[table.name][known[1]], text)
    shape = kinds(table.name)
    if len(shape) != len(table.cells):
        return marked
    figures = [text for (text, _, _), kind in zip(table.cells, shape, strict=True) if kind == "f"]
    placed = dict(zip(CELLS[table.name], figures, strict=True))
    agree = all(placed[cell] == text for cell, text in marked.items())
    return placed if agree else marked


def merge_figures(
    report: Report,
    there: Mapping[Cell, str],
    stated: Mapping[Cell, str],
    plan: Plan | None,
    decisions: Decisions,
    *,
    certain: bool,
) -> FigureMerge:
    """Return what becomes of the figures.

    Parameters
    ----------
    there
        Text of each cell in the file.
    stated
        Figures that a sentence was taken for; they go before the table's.
    plan
        What the file was made from; None where the folder as it is stands in for it.
    certain
        Whether it is known what the file was made from.
    """
    result = FigureMerge()
    figures = {cell: report.figure(*cell) for cells in CELLS.values() for cell in cells}
    merged: dict[Cell, Figure | None] = dict(figures)
    totals: list[tuple[Cell, Figure]] = []
    for cells in CELLS.values():
        for number, cell in enumerate(cells):
            text = stated.get(cell, there.get(cell))
            if text is None or _shown(figures[cell]) == text:
                continue
            figure = _parsed(result, cell, text, figures[cell], decisions)
            if figure is None or figure == figures[cell]:
                continue
            if cell in report.computed:
                totals.append((cell, figure))
                continue
            if cell in stated or _takes(
                result, cell, number, text, figures[cell], plan, decisions, certain=certain
            ):
                merged[cell] = figure
    written = dict(merged)
    _settle_totals(result, report, merged, written, totals, plan, decisions)
    for cell, figure in written.items():
        if figure != figures[cell] and figure is not None:
            result.changes.append(FigureChange(cell, _shown(figures[cell]), format_figure(figure)))
    return result


def _shown(figure: Figure | None) -> str:
    return "" if figure is None else format_figure(figure)


def _parsed(
    result: FigureMerge, cell: Cell, text: str, now: Figure | None, decisions: Decisions
) -> Figure | None:
    figure = parse_figure(text, amount=cell[1] in AMOUNTS)
    if not isinstance(figure, str):
        return figure
    key = ".".join(cell)
    if decisions.answer(key, ("folder",)) is None:
        why = f"这一格写的是“{text}”，{figure}；请在 Word 里改好，或者放弃这处改动"
        result.questions.append(Question(key, place(cell), why, text, _shown(now), ("folder",)))
    return None


def _known(plan: Plan | None, cell: Cell, number: int) -> str | None:
    """Return the digest of the figure that stood in a table's ``number``-th cell when the file was made, None where nobody knows."""
    known = plan.figures.get(f"table-{cell[0]}", []) if plan else []
    return known[number] if number < len(known) else None


def _takes(
    result: FigureMerge,
    cell: Cell,
    number: int,
    text: str,
    now: Figure | None,
    plan: Plan | None,
    decisions: Decisions,
    *,
    certain: bool,
) -> bool:
    """Return whether the file's figure goes into the folder."""
    before = _known(plan, cell, number)
    if before == figure_digest(number, text):
        return False  # only the folder changed
    unchanged = before is None or before == figure_digest(number, _shown(now))
    if certain and unchanged:
        return True
    why = (
        "文件和文件夹都改了这个数，改得不一样，以哪个为准？"
        if certain
        else "不知道这份文件是从哪一稿生成的，以哪个为准？"
    )
    key = ".".join(cell)
    answer: Choice | None = decisions.answer(key, ("file", "folder"))
    if answer is None:
        result.questions.append(Question(key, place(cell), why, text, _shown(now)))
    return answer == "file"


def _settle_totals(
    result: FigureMerge,
    report: Report,
    merged: dict[Cell, Figure | None],
    written: dict[Cell, Figure | None],
    totals: Sequence[tuple[Cell, Figure]],
    plan: Plan | None,
    decisions: Decisions,
) -> None:
    """Compute the totals that the CSVs leave blank, and ask where the file says another."""
    for cell in sorted(report.computed, key=lambda one: one[2] == TOTAL):
        name, row, column = cell
        parts = (
            [(name, row, one) for one in FORM.tables[name].column if one != TOTAL]
            if column == TOTAL
            else [(name, one, column) for one in RESULTS]
        )
        addends = [merged[part] for part in parts]
        merged[cell] = sum(one for one in addends if one is not None)
    for cell, figure in totals:
        number = CELLS[cell[0]].index(cell)
        same = _known(plan, cell, number) == figure_digest(number, _shown(figure))
        if figure == merged[cell] or same:
            continue
        key = ".".join(cell)
        answer: Choice | None = decisions.answer(key, ("file", "folder"))
        if answer == "file":
            written[cell] = figure
        elif answer is None:
            whole = "各项结果" if cell[1] == HANDLED and cell[2] != TOTAL else "各栏"
            why = f"文件里的合计是 {_shown(figure)}，按{whole}相加是 {_shown(merged[cell])}，以哪个为准？"
            result.questions.append(Question(key, place(cell), why, _shown(figure), _shown(merged[cell])))
