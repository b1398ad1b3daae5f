"""The prose of an edited file brought into the Markdown files of its folder, three ways."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from helpers.document.passages import PLAIN, Passage, passages
from helpers.document.placeholders import Context
from helpers.document.source_plan import value_digest
from helpers.finishing.source_marks import PICTURE, Marked, fingerprint
from helpers.merge.alignment import in_folder, lines_of
from helpers.merge.arrangement import Unit, arranged
from helpers.merge.markdown_edit import Wanted, block, opcodes, rewrite
from helpers.merge.outcome import Choice, Decisions, ProseChange, Question, heading_of
from helpers.merge.placeholder_guard import guard, said_by, valued
from helpers.merge.resolved import TITLE, Line, is_heading_of_form
from helpers.merge.three_way import joined, unchanged_here, unchanged_there
from helpers.report.cell_names import Cell
from helpers.report.folder import PROSE


@dataclass
class Prose:
    """What a merge makes of the prose.

    Attributes
    ----------
    texts
        Markdown by section, of those that change.
    figures
        Figures that a sentence was taken for, as typed.
    untaken
        What cannot be brought into the folder, one Chinese line each.
    """

    texts: dict[str, str] = field(default_factory=dict)
    changes: list[ProseChange] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    figures: dict[Cell, str] = field(default_factory=dict)
    untaken: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Folder:
    """The prose of a folder as it is: Markdown and passages by section, what placeholders bring now and after the merge."""

    sources: Mapping[str, str]
    passages: Mapping[str, list[Passage]]
    context: Context
    value_after: Callable[[str], str]
    title: str

    def each(self) -> Iterator[Passage]:
        """Every passage in the order of the document."""
        for name in PROSE:
            yield from self.passages.get(name, ())


@dataclass(frozen=True)
class Base:
    """What the file was made from.

    Attributes
    ----------
    others
        Digests of the lines that were no passage; None where nobody knows.
    pictures
        How many paragraphs held a picture and nothing else; None where nobody knows.
    certain
        Whether this is known, or the folder as it is stands in for it.
    """

    passages: Sequence[Marked]
    others: frozenset[str] | None
    pictures: int | None
    certain: bool


class Merger:
    """Merges the prose of one file into one folder."""

    def __init__(self, folder: Folder, base: Base, lines: Sequence[Line], decisions: Decisions) -> None:
        self.folder, self.base, self.decisions = folder, base, decisions
        self.lines = [line for line in lines if not is_heading_of_form(line)]
        self.result = Prose()
        self.texts = dict(folder.sources)
        now = list(folder.each())
        shown = {one.digest: "" for one in base.passages}
        shown |= {fingerprint(one.shown): one.shown for one in now}
        matched = in_folder(base.passages, now, {line.words for line in self.lines if not line.marks})
        known = {
            one.name: matched[one.name].shown if one.name in matched else shown[one.digest]
            for one in base.passages
        }
        self.line_of = lines_of(self.lines, known)
        self.here = matched | self._taken_over(matched, now)

    def _taken_over(self, matched: Mapping[str, Passage], now: Sequence[Passage]) -> dict[str, Passage]:
        """Return passages that were lost in the folder because they say already what the file says now."""
        used = {one.name for one in matched.values()}
        free = {one.shown: one for one in now if one.name not in used}
        lines = {
            name: self.lines[number].text for name, number in self.line_of.items() if name not in matched
        }
        return {name: free.pop(text) for name, text in lines.items() if text in free}

    def merge(self) -> Prose:
        """Return what becomes of the prose."""
        deleted: dict[str, Marked] = {}
        for base in self.base.passages:
            passage = self.here.get(base.name)
            line = self.lines[self.line_of[base.name]] if base.name in self.line_of else None
            if passage and line:
                self._change(base, passage, line)
            elif passage:
                self._delete(base, passage, deleted)
            elif line and not unchanged_there(base, line):
                self._restore(base, line)
        self._arrange(set(deleted))
        self.result.texts = {
            name: text for name, text in self.texts.items() if text != self.folder.sources[name]
        }
        return self.result

    # One passage ------------------------------------------------------------------------------------------------------

    def _ask(self, key: str, place: str, why: str, file: str, folder: str) -> Choice | None:
        answer = self.decisions.answer(key, ("file", "folder"))
        if answer is None:
            self.result.questions.append(Question(key, place, why, file, folder))
        return answer

    def _change(self, base: Marked, passage: Passage, line: Line) -> None:
        """Bring what a line says into its passage."""
        wanted = self._wanted(base, passage, line)
        if wanted is None:
            return
        chars = valued(passage, base, line)
        if not passage.placed:
            self._unwritable(passage, line.text)
            return
        wanted = self._without_new_pictures("".join(char.text for char in chars), wanted, passage.section)
        guarded = guard(passage, chars, wanted, self.folder.value_after, self.decisions)
        self.result.questions += guarded.questions
        if guarded.questions:
            return
        self.result.figures |= guarded.figures
        self._write(passage, base, guarded.wanted, line)

    def _without_new_pictures(self, known: str, wanted: list[Wanted], section: str) -> list[Wanted]:
        """Leave out pictures that the folder has not, and tell of them."""
        codes = opcodes(known, "".join(one.text for one in wanted))
        old = {place for kind, _, _, j1, j2 in codes if kind == "equal" for place in range(j1, j2)}
        kept = [one for place, one in enumerate(wanted) if one.text != PICTURE or place in old]
        if len(kept) < len(wanted):
            self._tell_of_picture(section)
        return kept

    def _tell_of_picture(self, section: str) -> None:
        where = heading_of(section)
        self.result.untaken.append(
            f"{where}：新放的图片没有放进去；请把图片文件放进文件夹，在正文里写 ![说明](文件名)"
        )

    def _write(self, passage: Passage, base: Marked, wanted: Sequence[Wanted], line: Line) -> None:
        section, text = passage.section, self.texts[passage.section]
        own = self._reread(passage)  # changes before it in the file may have moved it
        made = rewrite(text, own, valued(own, base, line), wanted, self.folder.context)
        if made is None:
            self._unwritable(passage, line.text)
            return
        if made[0] == text:
            return
        self.texts[section], looks = made
        if not looks:
            self.result.untaken.append(f"{passage.where}：新的加粗、强调或链接没有放进去，文字已放进去")
        after = self._reread(passage).shown
        self.result.changes.append(ProseChange(section, "changed", passage.shown, after))

    def _reread(self, passage: Passage) -> Passage:
        """Return a passage as it stands after the changes so far; none of them changes its number."""
        found = passages(self.texts[passage.section], passage.section, self.folder.context)
        return found[passage.number - 1]

    def _unwritable(self, passage: Passage, text: str) -> None:
        if self.decisions.answer(passage.name, ("folder",)):
            return
        why = "这一处的改动不能自动写进 Markdown，请照着手工改，或者放弃"
        self.result.questions.append(
            Question(passage.name, passage.where, why, text, passage.shown, ("folder",))
        )

    def _wanted(self, base: Marked, passage: Passage, line: Line) -> list[Wanted] | None:
        """Return what a passage shall say, None where it stays; asks where both sides changed it."""
        changed = not unchanged_there(base, line)
        if unchanged_here(base, passage):
            if not changed and not (self.base.certain and _dressed_anew(passage, line)):
                return None
            if self.base.certain:
                return self._said(line)
            why = "不知道这份文件是从哪一稿生成的，以哪个为准？"
        elif not changed or line.text.replace(PICTURE, "") == passage.shown.replace(PICTURE, ""):
            return None
        else:
            wanted = joined(base, valued(passage, base, line), passage, line, self._said(line))
            if wanted is not None:
                return wanted
            why = "文件和文件夹都改了这一段，改得不一样，以哪个为准？"
        answer = self._ask(passage.name, passage.where, why, line.text, passage.shown)
        return self._said(line) if answer == "file" else None

    def _delete(self, base: Marked, passage: Passage, deleted: dict[str, Marked]) -> None:
        """Take away a passage that the file no longer has."""
        answer: Choice | None = "file"
        if not (unchanged_here(base, passage) and self.base.certain):
            why = (
                "文件里删去了这一段，文件夹里却改了它，以哪个为准？"
                if self.base.certain
                else "文件里没有这一段，是删去了吗？"
            )
            answer = self._ask(passage.name, passage.where, why, "", passage.shown)
        if answer == "file":
            deleted[passage.name] = base
            self.result.changes.append(ProseChange(passage.section, "deleted", passage.shown, ""))

    def _restore(self, base: Marked, line: Line) -> None:
        """Ask about a passage that the folder took away and the file changed."""
        why = "文件里改了这一段，文件夹里却删去了它，以哪个为准？"
        answer = self._ask(base.name, heading_of(line.section), why, line.text, "")
        if answer != "file":
            line.section = ""  # stands nowhere any more

    # Their order ------------------------------------------------------------------------------------------------------

    def _arrange(self, deleted: set[str]) -> None:
        """Add, move and take away whole passages."""
        names = {number: name for name, number in self.line_of.items()}
        order = {one.name: number for number, one in enumerate(self.base.passages)}
        known = {one.name for one in self.here.values()}
        present = {one.shown for one in self.folder.each() if one.name not in known}
        found: dict[str, list[Unit]] = {name: [] for name in PROSE}
        alone = [line for line in self.lines if line.text and not line.text.replace(PICTURE, "").strip()]
        for line in alone[self.base.pictures :] if self.base.pictures is not None else ():
            self._tell_of_picture(line.section)
        for number, line in enumerate(self.lines):
            name = names.get(number)
            passage = self.here.get(name or "")
            if passage or (not name and line.section in found):
                self._unsaid(line)
            if line.section not in found:
                self._elsewhere(line, name)
            elif passage is not None:
                found[line.section].append(Unit(passage, None, order[name or ""]))
            elif self._unknown(name, line) and line.words not in present and self._is_new(line):
                found[line.section].append(Unit(None, line, -1))
        written = arranged(self.texts, found, deleted, self._block, self.folder.context)
        for section, reason in written.refused.items():
            key = f"{section}.order"
            if self.decisions.answer(key, ("folder",)) is None:
                self.result.questions.append(
                    Question(
                        key,
                        f"{section}.md",
                        "段落的增删、移动不能自动写进 Markdown，请照着手工改，或者放弃",
                        reason,
                        "",
                        ("folder",),
                    )
                )
        self.texts |= written.texts
        self.result.changes += written.changes

    def _unsaid(self, line: Line) -> None:
        """Tell of looks that Markdown cannot say."""
        if self.base.others is None or fingerprint(line.text) not in self.base.others:
            for unsaid, letters in groupby(line.letters, key=lambda one: one.unsaid):
                shown = "".join(one.text for one in letters)
                if unsaid and shown.strip():
                    self.result.untaken.append(
                        f"“{shown}”：{'、'.join(unsaid)}，Markdown 里写不了，没有放进去"
                    )

    def _unknown(self, name: str | None, line: Line) -> bool:
        """Return whether a line is no passage of the folder, or was taken away there and changed in the file."""
        base = next((one for one in self.base.passages if one.name == name), None)
        return base is None or not unchanged_there(base, line)

    def _is_new(self, line: Line) -> bool:
        """Return whether a line without a passage is text that somebody added; asks where nobody knows what was there."""
        if not line.text.replace(PICTURE, "").strip() or line.text.replace("\n", "") == self.folder.title:
            return False
        if self.base.others is not None and fingerprint(line.text) in self.base.others:
            return False
        if line.in_cell:
            self.result.untaken.append(f"{heading_of(line.section)}：表格里新加的“{line.text}”没有放进去")
            return False
        if self.base.certain:
            return True
        key = f"new.{fingerprint(line.text, 6)}"
        where = heading_of(line.section)
        return self._ask(key, where, "文件夹里没有这一段，是新加的吗？", line.text, "") == "file"

    def _elsewhere(self, line: Line, name: str | None) -> None:
        """Tell of a line that stands where no prose of the folder is printed."""
        if not line.section or name or line.in_cell or not line.text.replace(PICTURE, "").strip():
            return
        if self.base.others is None or fingerprint(line.text) in self.base.others:
            return
        if line.section == TITLE:
            text = line.text.replace("\n", "")
            if text != self.folder.title:
                self.result.untaken.append(
                    f"标题改成了“{text}”，没有放进去；标题由 report.yml 的 organ 和 year 而来"
                )
        else:
            where = heading_of(line.section, "正文之后")
            self.result.untaken.append(
                f"{where}：“{line.text}”没有地方放，没有放进去；请写进第一、五、六部分"
            )

    def _block(self, line: Line, prefix: str) -> tuple[str, str] | None:
        heading = line.style.startswith("heading")
        said = self._without_new_pictures("", self._said(line), line.section)
        wanted = [replace(one, look=PLAIN) if heading else one for one in said]
        return block(
            wanted,
            line.section,
            heading=heading,
            prefix=prefix if line.listed else "",
            context=self.folder.context,
        )

    def _said(self, line: Line) -> list[Wanted]:
        return said_by(line, self._placeholder)

    def _placeholder(self, mark: str, text: str) -> str:
        """Return the name of a placeholder by its mark, if what stands there is what it brought."""
        section, number, own = mark.split("_")
        base = next((one for one in self.base.passages if one.name == f"{section}.{number}"), None)
        passage = self.here.get(f"{section}.{number}")
        runs = passage.runs() if passage else []
        place = int(own) - 1
        if base is None or len(runs) != len(base.values) or not 0 <= place < len(runs):
            return ""
        return runs[place][2] if base.values[place] == value_digest(text) else ""


def _dressed_anew(passage: Passage, line: Line) -> bool:
    """Return whether the same text stands otherwise: bold, slanting, linked."""
    if passage.kind in {"heading", "fence"} or not passage.placed or line.in_cell:
        return False
    return [one.look - {"code"} for one in passage.chars] != [letter.look for letter in line.letters]
