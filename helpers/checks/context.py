"""A report with everything it is linked to: what a rule may look at."""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from helpers.checks.claim_measures import Claim
from helpers.checks.claims import claims
from helpers.document import prose, typefaces
from helpers.document.prose import Paragraph
from helpers.files.listing import beside
from helpers.files.reading import SourceError
from helpers.files.yaml_text import read_yaml
from helpers.report.cell_names import Cell
from helpers.report.figures import Figure
from helpers.report.findings import Finding, finding
from helpers.report.folder import Reading, Report, read
from helpers.report.local_addenda import Addendum
from helpers.report.settings_file import SETTINGS_FILE, links

_CLAIMING = ("overview", "problems", "other")
_SHORTEST_NAME = 3

CHILDREN_FILE = "children.yml"
"""Optional file of a folder that gathers others: ``folders`` (paths) and ``complete`` (are these all?)."""

MOST_CHILDREN = 2_000
"""A province has some two hundred units below it, and a county some hundred."""

_CACHE_SIZE = 200


@dataclass
class Context:
    """One folder with everything the rules may look at.

    Attributes
    ----------
    report
        The report; folders without a usable ``report.yml`` never get a context.
    reading
        What came of reading it.
    cache
        Gives the contexts this one is linked to.
    reported
        Cells that an earlier stage found wrong; whatever else were said of them would be a consequence.
    """

    report: Report
    reading: Reading
    cache: "FolderCache"
    reported: set[Cell] = field(default_factory=set)

    @cached_property
    def place(self) -> Path:
        """Where the folder is; two contexts of one place are the same report."""
        return self.report.folder.resolve()

    # Figures ----------------------------------------------------------------------------------------------------------

    @cached_property
    def figures(self) -> dict[Cell, Figure]:
        """Every figure that could be read."""
        return {
            (table, row, column): figure
            for table, rows in self.report.figures.items()
            for row, figures in rows.items()
            for column, figure in figures.items()
            if figure is not None
        }

    def where(self, cell: Cell) -> dict[str, str | int | None]:
        """Fields of a finding that name a figure's cell."""
        table, row, column = cell
        line = self.report.lines.get((table, row))
        return {"table": table, "file": f"{table}.csv", "line": line, "row": row, "column": column}

    def setting(self, key: str) -> dict[str, str | int | None]:
        """Fields of a finding that name a line of ``report.yml``."""
        return {"file": SETTINGS_FILE, "line": read_yaml(self.report.folder / SETTINGS_FILE).line((key,))}

    @property
    def addendum(self) -> Addendum | None:
        """What a local notice asks of this report; None without one, or where it is on another year."""
        named = self.report.addendum
        return named if named is not None and self.report.year in named.years else None

    # Prose ------------------------------------------------------------------------------------------------------------

    @cached_property
    def _prose(self) -> tuple[dict[str, list[Paragraph]], list[Finding]]:
        return prose.read(self.report)

    @property
    def shape_findings(self) -> list[Finding]:
        """Findings of stage ``shape``."""
        return [*self.reading.findings, *self._prose[1], *typefaces.findings(self.report)]

    @property
    def paragraphs(self) -> dict[str, list[Paragraph]]:
        """Prose by name; a file that is missing or refused is left out, for that has been reported."""
        return self._prose[0]

    @cached_property
    def claims(self) -> list[tuple[str, Claim]]:
        """What the prose states about the tables, with the file in which it stands."""
        names = set(_names(self.report))
        return [
            (f"{name}.md", claim)
            for name in _CLAIMING
            for claim in claims(self.paragraphs.get(name, []), self.report.year, names)
        ]

    # Links ------------------------------------------------------------------------------------------------------------

    def linked(self, key: str) -> "Context | None":
        """Context of the folder that ``previous`` or ``parent`` names; None where it cannot be read."""
        path = getattr(self.report, key)
        return None if path is None else self.cache.context(self.report.folder / path)

    @cached_property
    def previous(self) -> "Context | None":
        """Last year's report, where ``previous`` names one that can be read and is of the year before."""
        context = self.linked("previous")
        return context if context and context.report.year == self.report.year - 1 else None

    @cached_property
    def parent(self) -> "Context | None":
        """Report of the organ above on the same year, where ``parent`` names one that can be read."""
        context = self.linked("parent")
        return (
            context
            if context and context.report.year == self.report.year and context.place != self.place
            else None
        )

    def years(self) -> "Iterator[tuple[Context, Context]]":
        """Pairs of this year and the year before, from this report back as far as the folders are linked."""
        this = self
        while this.previous is not None:
            yield this, this.previous
            this = this.previous

    @cached_property
    def children(self) -> "Children":
        """Reports of the organs below on the same year."""
        return self.cache.children(self)


def _names(report: Report) -> Iterator[str]:
    """Names the organ goes by in its own prose: 淮安市洪泽区人民政府, 洪泽区人民政府, 洪泽区."""
    yield report.short_name
    for name in (report.organ, report.organ.removesuffix("人民政府")):
        yield from (name[start:] for start in range(len(name) - _SHORTEST_NAME + 1))


@dataclass(frozen=True)
class Children:
    """The reports a report gathers; ``complete`` where ``children.yml`` says that these are all."""

    contexts: list[Context] = field(default_factory=list)
    complete: bool = False
    findings: list[Finding] = field(default_factory=list)


class FolderCache:
    """Reads folders, each once as long as it is remembered; lives as long as one run of checks."""

    def __init__(self) -> None:
        self._readings: dict[Path, tuple[Reading, Context | None]] = {}
        self._places: dict[Path, dict[Path, list[Path]]] = {}

    def reading(self, folder: Path) -> Reading:
        """Read a folder."""
        return self._entry(folder)[0]

    def context(self, folder: Path) -> Context | None:
        """Context of a folder, or None where it has no usable ``report.yml``."""
        return self._entry(folder)[1]

    def _entry(self, folder: Path) -> tuple[Reading, Context | None]:
        try:
            key = folder.resolve()
        except (OSError, RuntimeError, ValueError):  # a name that no file can have, links in a circle
            return Reading(folder, None, [finding("LOAD", "这个路径不能用，请核对")]), None
        taken = self._readings.pop(key, None) or self._open(folder)
        if len(self._readings) >= _CACHE_SIZE:
            del self._readings[next(iter(self._readings))]
        # Last in the dict is last used; the first is forgotten first.
        self._readings[key] = taken
        return taken

    def _open(self, folder: Path) -> tuple[Reading, Context | None]:
        reading = read(folder)
        return reading, None if reading.report is None else Context(reading.report, reading, self)

    def children(self, context: Context) -> Children:
        """Children as ``children.yml`` lists them; without that file, the folders beside that name it as parent."""
        listed = context.report.folder / CHILDREN_FILE
        if os.path.lexists(listed):
            return self._listed(context, listed)
        naming = self._links(context.place.parent).get(context.place, [])
        return Children([child for folder in naming if (child := self._child(context, folder))])

    def _listed(self, context: Context, file: Path) -> Children:
        def wrong(message: str, line: int | None) -> Finding:
            return finding("LOAD", message, file=CHILDREN_FILE, line=line)

        try:
            settings = read_yaml(file)
        except SourceError as error:
            return Children(findings=[wrong(error.message, error.line)])
        match settings.value:
            case {"complete": bool(complete), "folders": [*folders], **rest} if (
                not rest
                and len(folders) <= MOST_CHILDREN
                and all(isinstance(folder, str) for folder in folders)
            ):
                paths = [context.report.folder / folder for folder in folders]
            case _:
                message = f"应有两个键：folders（下级报告文件夹的名单，最多 {MOST_CHILDREN} 个）和 complete（名单是否齐全，true 或 false）"
                return Children(findings=[wrong(message, None)])
        children: dict[Path, Context] = {}
        findings = []
        for number, (folder, path) in enumerate(zip(folders, paths, strict=True)):
            line = settings.line(("folders", number))
            child = self._child(context, path)
            if child is None:
                message = f"下级报告“{folder}”读不到，或不是 {context.report.year} 年度的，请核对"
                findings.append(wrong(message, line))
            elif child.place in children:
                findings.append(wrong(f"下级报告“{folder}”写了两次，会重复计算，请只留一个", line))
            else:
                children[child.place] = child
        return Children(list(children.values()), complete and not findings, findings)

    def _child(self, context: Context, folder: Path) -> Context | None:
        child = self.context(folder)
        if child is None or child.place == context.place or child.report.year != context.report.year:
            return None
        return child

    def _links(self, place: Path) -> dict[Path, list[Path]]:
        """Folders of one place by the folder that each names as its parent."""
        if place not in self._places:
            children: dict[Path, list[Path]] = defaultdict(list)
            for folder in beside(place):
                parent = links(folder).get("parent")
                if parent is not None:
                    children[parent].append(folder)
            self._places[place] = children
        return self._places[place]
