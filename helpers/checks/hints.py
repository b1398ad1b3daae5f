"""Where it is perhaps wrong: what is known of a report's figures, and proposals in words, in JSON and beside findings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from helpers.checks.context import Context
from helpers.checks.equations import Equation, equations
from helpers.checks.levels import gathered_sums, has_no_regulations, is_stock
from helpers.checks.suspects import Known, Proposal, Trouble, troubles
from helpers.checks.years import STOCKS
from helpers.report.cell_names import CELLS, Cell, place
from helpers.report.figures import Figure, format_figure
from helpers.report.findings import Finding
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM

_NAMED = 4
"""Cells that are named in a sentence; the JSON has all."""

_CLEAR = 4.0
"""Bits by which the first proposal is likelier than the second where it is called very likely."""


@dataclass(frozen=True)
class Suspect:
    """One proposal: a whole sentence, the slip it supposes, and its changes in the shape of ``check --json``."""

    message: str
    reason: str
    changes: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Hint:
    """What fails together, as (rule, cells), and what may be wrong, the likeliest first."""

    fails: tuple[tuple[str, tuple[Cell, ...]], ...]
    suspects: tuple[Suspect, ...]

    def concerns(self, found: Finding) -> bool:
        """Tell whether a finding is one of those that the hint explains."""
        cell = (found.table, found.row, found.column)
        return found.level != "info" and any(
            found.rule == rule and cell in cells for rule, cells in self.fails
        )

    def to_json(self) -> dict[str, Any]:
        """Return the hint in the shape of ``check --json``."""
        return {
            "fails": [
                {"rule": rule, "table": cell[0], "row": cell[1], "column": cell[2]}
                for rule, (cell, *_) in self.fails
            ],
            "proposals": [
                {"message": suspect.message, "reason": suspect.reason, "changes": list(suspect.changes)}
                for suspect in self.suspects
            ],
        }


def hints(context: Context) -> list[Hint]:
    """Find where a report is perhaps wrong, if anything in it does not add up."""
    return [_hint(trouble, context) for trouble in troubles(_known(context))]


def noted(findings: Iterable[Finding], found: Sequence[Hint]) -> list[Finding]:
    """Add to each finding what is likeliest wrong."""
    return [
        replace(one, message=one.message + hint.suspects[0].message)
        if (hint := next((hint for hint in found if hint.concerns(one)), None))
        else one
        for one in findings
    ]


# What is known --------------------------------------------------------------------------------------------------------


def _known(context: Context) -> Known:
    children, parent = context.children, context.parent
    sums = gathered_sums(context)
    last = context.previous.figures if context.previous else {}
    skipped = context.report.explanations
    every = [*_within(), *_years(last), *_levels(context, sums if children.complete else {})]
    bounded = [cell for cells in CELLS.values() for cell in cells if not is_stock(cell)]
    return Known(
        figures=context.figures,
        equations=[one for one in every if one.rule not in skipped or one.rule != "X-STOCK"],
        computed=context.report.computed,
        lower={} if children.complete else {cell: sums[cell] for cell in bounded if cell in sums},
        upper={cell: parent.figures[cell] for cell in bounded if cell in parent.figures} if parent else {},
        stated=_stated(context),
    )


def held(figures: Mapping[Cell, Figure], last: Mapping[Cell, Figure]) -> Known:
    """Return what is known of figures by themselves and by last year's, which may be none."""
    return Known(dict(figures), [*_within(), *_years(last)])


def _within() -> Iterator[Equation]:
    for rules in equations().values():
        yield from rules


def _years(last: Mapping[Cell, Figure]) -> Iterator[Equation]:
    for column in FORM.tables["applications"].column:
        forward = last.get(("applications", CARRIED_FORWARD, column))
        if forward is not None:
            yield Equation("X-CARRY", ("applications", CARRIED_OVER, column), constant=forward)
    for kind in STOCKS:
        issued, repealed, in_force = (
            ("disclosure", f"{kind}_{what}", "value") for what in ("issued", "repealed", "in_force")
        )
        if in_force in last:
            yield Equation(
                "X-STOCK", in_force, addends=(issued,), subtrahends=(repealed,), constant=last[in_force]
            )


def _levels(context: Context, sums: Mapping[Cell, Figure]) -> Iterator[Equation]:
    for cell, least in sums.items():
        yield Equation("H-SUM", cell, constant=least)
    if has_no_regulations(context):
        for cell in CELLS["disclosure"]:
            if cell[1].startswith("regulations_"):
                yield Equation("A-REGULATIONS", cell)


def _stated(context: Context) -> dict[Cell, Figure]:
    """Return what the prose says of cells, where the cells say something else."""
    return {
        claim.measures[0][0]: int(claim.number.value)
        for _, claim in context.claims
        if claim.kind == "count"
        and not claim.guessed
        and not claim.number.about
        and [len(one) for one in claim.measures] == [1]
    }


# In words -------------------------------------------------------------------------------------------------------------


def _hint(trouble: Trouble, context: Context) -> Hint:
    first, *others = trouble.proposals
    clear = all(other.bits >= first.bits + _CLEAR for other in others)
    said = ["很可能" if clear else "可能", *("也可能" for _ in others)]
    return Hint(
        tuple((equation.rule, equation.cells) for equation in trouble.equations),
        tuple(
            _suspect(proposal, likely, trouble, context)
            for proposal, likely in zip(trouble.proposals, said, strict=True)
        ),
    )


def _suspect(proposal: Proposal, likely: str, trouble: Trouble, context: Context) -> Suspect:
    changes = proposal.changes
    written = [
        f"{place(cell)}：把 {format_figure(context.figures[cell])} 改成 {format_figure(figure)}"
        for cell, figure in changes.items()
    ]
    more = f"等 {len(written)} 格" if len(written) > _NAMED else ""
    reason = "；".join(dict.fromkeys(move.slip.reason for move in proposal.moves))
    count = len(trouble.equations)
    within = all(equation.rule in equations() for equation in trouble.equations)
    mended = f"有关的 {count} 处{'合计' if within else '核对'}就{'都' if count > 1 else ''}对上了"
    advice = "总计留空也可以，会自动算出。" if "总计漏填" in reason else ""
    return Suspect(
        f"{likely}错在{'，'.join(written[:_NAMED])}{more}（{reason}），{mended}。{advice}",
        reason,
        tuple(
            {
                **context.where(cell),
                "actual": format_figure(context.figures[cell]),
                "proposed": format_figure(figure),
            }
            for cell, figure in changes.items()
        ),
    )
