"""What has to add up, as equations over the cells of the three tables: within them, with last year's, with the levels below."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from helpers.report.cell_names import Cell
from helpers.report.figures import Figure
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL


@dataclass(frozen=True)
class Equation:
    """``total`` = the sum of ``addends``, less the sum of ``subtrahends``, plus ``constant``.

    ``parts`` names the right-hand side for people; ``axis`` says what separates an equation of a rule from the next;
    ``constant`` is what another report contributes.
    """

    rule: str
    total: Cell
    addends: tuple[Cell, ...] = ()
    parts: str = ""
    axis: str = ""
    subtrahends: tuple[Cell, ...] = ()
    constant: Figure = 0

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell of the equation."""
        return (self.total, *self.addends, *self.subtrahends)

    @property
    def coefficients(self) -> dict[Cell, int]:
        """By how much the excess grows with each cell."""
        return {self.total: 1} | dict.fromkeys(self.addends, -1) | dict.fromkeys(self.subtrahends, 1)

    def complete(self, figures: dict[Cell, Figure]) -> bool:
        """Return whether every figure of it could be read."""
        return all(cell in figures for cell in self.cells)

    def expected(self, figures: dict[Cell, Figure]) -> Figure:
        """Return what the total should be."""
        added = sum(figures[cell] for cell in self.addends)
        return added - sum(figures[cell] for cell in self.subtrahends) + self.constant

    def excess(self, figures: dict[Cell, Figure]) -> Figure:
        """Return by how much the total is too large."""
        return figures[self.total] - self.expected(figures)

    def corrected(self, cell: Cell, figures: dict[Cell, Figure]) -> Figure:
        """Return what a cell would have to be for the equation to hold, all others as they are."""
        return figures[cell] - self.excess(figures) * self.coefficients[cell]


def _applicants(row: str) -> tuple[Cell, ...]:
    return tuple(
        ("applications", row, column) for column in FORM.tables["applications"].column if column != TOTAL
    )


@cache
def equations() -> dict[str, list[Equation]]:
    """All equations within the tables by rule, each rule's in the order of the form."""
    applications, proceedings = FORM.tables["applications"], FORM.tables["proceedings"]
    every = [
        *(
            Equation("B-ROWSUM", ("applications", row, TOTAL), _applicants(row), "六类申请人之和", "行")
            for row in applications.row
        ),
        *(
            Equation(
                "B-RESULT",
                ("applications", HANDLED, column),
                tuple(("applications", row, column) for row in RESULTS),
                "各项办理结果之和",
                "栏",
            )
            for column in applications.column
        ),
        *(
            Equation(
                "B-IDENT",
                ("applications", CARRIED_FORWARD, column),
                (("applications", NEW, column), ("applications", CARRIED_OVER, column)),
                "勾稽关系",
                "栏",
                (("applications", HANDLED, column),),
            )
            for column in applications.column
        ),
        *(
            Equation(
                "C-SUM",
                ("proceedings", block, TOTAL),
                tuple(("proceedings", block, column) for column in proceedings.column if column != TOTAL),
                "四种结果之和",
                "类",
            )
            for block in proceedings.row
        ),
    ]
    by_rule: dict[str, list[Equation]] = defaultdict(list)
    for equation in every:
        by_rule[equation.rule].append(equation)
    return by_rule


def computed_by(cell: Cell) -> Equation:
    """Return the equation by which a blank total is computed."""
    name = "C-SUM" if cell[0] == "proceedings" else "B-ROWSUM" if cell[2] == TOTAL else "B-RESULT"
    return next(equation for equation in equations()[name] if equation.total == cell)


def violated(name: str, figures: dict[Cell, Figure]) -> Iterator[Equation]:
    """Equations of one rule within the tables that can be judged and do not hold."""
    for equation in equations()[name]:
        if equation.complete(figures) and equation.excess(figures):
            yield equation
