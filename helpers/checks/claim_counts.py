"""What a sentence has counted so far, and what a number may mean beside it."""

from helpers.checks.claim_grammar import Meaning
from helpers.checks.claim_measures import GROUPS, Measure, sum_over
from helpers.report.form import CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL

_APPLICANTS = [column for column in FORM.tables["applications"].column if column != TOTAL]


class Counts:
    """The counts of one sentence, each once: a sentence of ten thousand claims names few things."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, tuple[Measure, ...]], None] = {}
        self._courts: list[Measure] = []
        """Proceedings counted since outcomes of others were told."""
        self._judged = False
        self._bases: list[tuple[str, ...]] = []
        """Rows of which applicants have been counted."""

    def add(self, family: str, measures: tuple[Measure, ...]) -> None:
        """Remember one more count."""
        if family in {"applications", "results"}:
            self._bases = []
        if family == "proceedings" and self._judged:
            self._courts = []
        if family == "proceedings":
            self._courts.append(measures[0])
        self._judged = family == "outcomes" or (self._judged and family != "proceedings")
        self._made[family, measures] = None

    @property
    def of_courts(self) -> bool:
        """Whether reconsiderations or lawsuits have been counted."""
        return any(family in {"proceedings", "outcomes"} for family, _ in self._made)

    @property
    def carried_over(self) -> bool:
        """Whether what was carried over from last year has been counted, so that 结转 is what goes to the next."""
        return any(measures == (sum_over(CARRIED_OVER),) for _, measures in self._made)

    @property
    def came_in(self) -> bool:
        """Whether both what is new and what was carried over has been counted, so that 共 may be their sum."""
        made = {measure for _, measures in self._made for measure in measures}
        return {sum_over(NEW), sum_over(CARRIED_OVER)} <= made

    def head(self, family: str, measures: tuple[Measure, ...]) -> None:
        """Remember proceedings that are named without their number: 行政诉讼案件中，……."""
        if family == "proceedings" and not self._courts:
            self._courts = [measures[0]]

    def results(self, meaning: Meaning, last: str) -> tuple[Measure, ...]:
        """Read bare 公开 and 其他 as results where the sentence names others; 其他 among applicants is one of them.

        其他 may also be all that the sentence has not named. ``last`` is the family of the count directly before.
        """
        named = {
            cell
            for family, measures in self._made
            if family == last
            for measure in measures
            for cell in measure
        }
        if meaning.family == "bare other" and last == "applicants":
            alone = {
                measure[0][2]
                for family, measures in self._made
                if family == last
                for measure in measures
                if len({cell[2] for cell in measure}) == 1
            }
            others = [one for one in _APPLICANTS if one not in alone]
            organisations = [one for one in others if one != "natural_person"]
            return tuple(
                measure
                for columns in (["other_organisation"], others, organisations)
                for measure in self.applicants(tuple(("applications", "", column) for column in columns))
            )
        if meaning.family == "bare other":
            rest = sum_over(*(row for row in RESULTS if ("applications", row, TOTAL) not in named))
            near = [
                sum_over(*(row for row in group if ("applications", row, TOTAL) not in named))
                for group in GROUPS.values()
                if 0 < sum(("applications", row, TOTAL) in named for row in group) < len(group)
            ]
            told = {
                one[0][0] for family, one in self._made if family == last and len(one) == len(one[0]) == 1
            }
            own = tuple(one for one in meaning.measures if not told & set(one)) or meaning.measures
            return (*own, rest, *near) if last == "results" else ()
        return meaning.measures

    def applicants(self, columns: Measure) -> tuple[Measure, ...]:
        """Return an applicant's part of whatever the sentence has counted so far; else of what was received or handled."""
        row = columns[0][1]
        if not row and self._bases:
            return self._in_columns(columns)
        heads = [
            measure
            for family, measures in self._made
            if family in {"applications", "results"}
            for measure in measures
        ]
        wholes = [tuple(cell[1] for cell in head) for head in heads] or [(HANDLED,)]
        if row:
            wholes, heads = [(row,)], [sum_over(row)]
        self._bases = list(
            dict.fromkeys([(NEW,), (NEW, CARRIED_OVER), *wholes] if (NEW,) in wholes or not heads else wholes)
        )
        return self._in_columns(columns)

    def _in_columns(self, columns: Measure) -> tuple[Measure, ...]:
        return tuple(
            tuple(("applications", row, column) for row in rows for _, _, column in columns)
            for rows in self._bases
        )

    def courses(self, column: str) -> tuple[Measure, ...]:
        """Return an outcome of the proceedings the sentence has named, of any or of all of them."""
        named = list(dict.fromkeys(self._courts))
        if not named:
            return ()
        each = dict.fromkeys([*named, tuple(dict.fromkeys(cell for measure in named for cell in measure))])
        return tuple(
            sum_over(*dict.fromkeys(block for _, block, _ in measure), column=column, table="proceedings")
            for measure in each
        )
