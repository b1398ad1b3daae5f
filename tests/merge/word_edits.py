"""Edits of a Word file as Word itself writes them: split runs, revision marks, comments with answers; by lxml, on the package."""

import copy
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class WordFile:
    """A Word file that is edited in memory and saved as another."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as package:
            self.parts = {name: package.read(name) for name in package.namelist()}
        self.root: Any = etree.fromstring(self.parts["word/document.xml"])
        self.body = self.root.find(f"{W}body")
        self.numbers = iter(range(9_000, 99_000))

    def save(self, path: Path) -> Path:
        self.parts["word/document.xml"] = etree.tostring(
            self.root, xml_declaration=True, encoding="UTF-8", standalone=True
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in self.parts.items():
                package.writestr(name, content)
        return path

    # Where ------------------------------------------------------------------------------------------------------------

    def paragraph(self, text: str, number: int = 0) -> Any:
        """The paragraph that holds a text."""
        return [one for one in self.root.iter(f"{W}p") if text in shown(one)][number]

    def figure(self, mark: str) -> Any:
        """The cell that holds a figure, by our mark."""
        start = next(
            one for one in self.root.iter(f"{W}bookmarkStart") if one.get(f"{W}name") == f"_nb_{mark}"
        )
        return next(start.iterancestors(f"{W}tc"))

    def runs(self, paragraph: Any, text: str) -> list[Any]:
        """The runs that hold just this text; runs are split for it, as Word does."""
        whole = shown(paragraph)
        first = whole.index(text)
        split_at(paragraph, first)
        split_at(paragraph, first + len(text))
        found, at = [], 0
        for run in paragraph.iter(f"{W}r"):
            size = len(shown(run))
            if size and first <= at < first + len(text):
                found.append(run)
            at += size
        return found

    # Plain edits ------------------------------------------------------------------------------------------------------

    def type_over(self, paragraph: Any, old: str, new: str) -> None:
        """Select a text and type another: bookmarks within what was selected are gone."""
        runs = self.runs(paragraph, old)
        if new:
            fresh = run_like(runs[0], new)
            fresh.set(f"{W}rsidR", "00AB12CD")
            runs[0].addprevious(fresh)
        for run in runs:
            drop(run)
        forget_empty_marks(paragraph)

    def add_after(self, paragraph: Any, text: str) -> Any:
        """Press Enter at the end of a paragraph and type."""
        fresh = copy.deepcopy(paragraph)
        like = next(fresh.iter(f"{W}r"))
        for child in list(fresh):
            if child.tag != f"{W}pPr":
                fresh.remove(child)
        fresh.append(run_like(like, text))
        paragraph.addnext(fresh)
        return fresh

    def set_figure(self, mark: str, text: str) -> None:
        cell = self.figure(mark)
        paragraph = cell.find(f"{W}p")
        self.type_over(paragraph, shown(paragraph), text)

    def bold(self, paragraph: Any, text: str) -> None:
        for run in self.runs(paragraph, text):
            properties = run.find(f"{W}rPr")
            if properties is None:
                properties = run.makeelement(f"{W}rPr")
                run.insert(0, properties)
            properties.append(run.makeelement(f"{W}b"))

    # Revisions --------------------------------------------------------------------------------------------------------

    def revision(self, name: str, author: str, date: str) -> Any:
        attributes = {f"{W}id": str(next(self.numbers)), f"{W}author": author, f"{W}date": date}
        return self.root.makeelement(f"{W}{name}", attributes)

    def track_replace(
        self, paragraph: Any, old: str, new: str, author: str = "张三", date: str = "2026-11-20T09:30:00Z"
    ) -> None:
        runs = self.runs(paragraph, old)
        if new:
            added = self.revision("ins", author, date)
            added.append(run_like(runs[0], new))
            runs[-1].addnext(added)
        removed = self.revision("del", author, date)
        runs[0].addprevious(removed)
        for run in runs:
            removed.append(run)
            for text in run.iter(f"{W}t"):
                text.tag = f"{W}delText"

    def track_insert(
        self, paragraph: Any, after: str, new: str, author: str = "张三", date: str = "2026-11-20T09:31:00Z"
    ) -> None:
        run = self.runs(paragraph, after)[-1]
        added = self.revision("ins", author, date)
        added.append(run_like(run, new))
        run.addnext(added)

    def track_paragraph(
        self, paragraph: Any, name: str, author: str = "李四", date: str = "2026-11-21T10:00:00Z"
    ) -> None:
        """Mark a whole paragraph and its end as inserted or deleted."""
        for run in list(paragraph.iter(f"{W}r")):
            mark = self.revision(name, author, date)
            run.addprevious(mark)
            mark.append(run)
            for text in run.iter(f"{W}t") if name in {"del"} else ():
                text.tag = f"{W}delText"
        properties = paragraph.find(f"{W}pPr")
        ends = properties.find(f"{W}rPr")
        if ends is None:
            ends = properties.makeelement(f"{W}rPr")
            properties.append(ends)
        ends.append(self.revision(name, author, date))

    def track_move(
        self, paragraph: Any, after: Any, author: str = "王五", date: str = "2026-11-22T11:00:00Z"
    ) -> None:
        """Move a paragraph as a tracked change: its old place struck out, a copy at the new one."""
        there = copy.deepcopy(paragraph)
        for one in (*there.iter(f"{W}bookmarkStart"), *there.iter(f"{W}bookmarkEnd")):
            one.getparent().remove(one)
        after.addnext(there)
        for place, name in ((paragraph, "moveFrom"), (there, "moveTo")):
            self.track_paragraph(place, name, author, date)
            number = str(next(self.numbers))
            start = self.revision(f"{name}RangeStart", author, date)
            start.set(f"{W}id", number)
            start.set(f"{W}name", "move1")
            end = place.makeelement(f"{W}{name}RangeEnd", {f"{W}id": number})
            place.insert(1, start)
            place.append(end)

    # Comments ---------------------------------------------------------------------------------------------------------

    def comment(
        self,
        paragraph: Any,
        text: str,
        words: str,
        *,
        author: str = "张三",
        answers: tuple[tuple[str, str], ...] = (),
        done: bool = False,
    ) -> None:
        """Comment on a text; answers are comments of their own that name the first as their parent."""
        runs = self.runs(paragraph, text)
        entries = [(author, words), *answers]
        numbers = [str(next(self.numbers)) for _ in entries]
        for number in numbers:
            runs[0].addprevious(paragraph.makeelement(f"{W}commentRangeStart", {f"{W}id": number}))
        last = runs[-1]
        for number in numbers:
            end = paragraph.makeelement(f"{W}commentRangeEnd", {f"{W}id": number})
            reference = paragraph.makeelement(f"{W}r")
            reference.append(paragraph.makeelement(f"{W}commentReference", {f"{W}id": number}))
            last.addnext(end)
            end.addnext(reference)
            last = reference
        self._write_comments(numbers, entries, done)

    def _write_comments(self, numbers: list[str], entries: list[tuple[str, str]], done: bool) -> None:
        root: Any = etree.fromstring(self.parts["word/comments.xml"])
        extended = self.parts.get(
            "word/commentsExtended.xml", f'<w15:commentsEx xmlns:w15="{_W15}"/>'.encode()
        )
        known: Any = etree.fromstring(extended)
        parent = ""
        for number, (author, words) in zip(numbers, entries, strict=True):
            comment = etree.SubElement(
                root,
                f"{W}comment",
                {
                    f"{W}id": number,
                    f"{W}author": author,
                    f"{W}date": "2026-11-23T08:15:00Z",
                    f"{W}initials": "x",
                },
            )
            paragraph = etree.SubElement(comment, f"{W}p", {f"{{{_W14}}}paraId": f"{int(number):08X}"})
            etree.SubElement(etree.SubElement(paragraph, f"{W}r"), f"{W}t").text = words
            entry = etree.SubElement(
                known,
                f"{{{_W15}}}commentEx",
                {f"{{{_W15}}}paraId": f"{int(number):08X}", f"{{{_W15}}}done": str(int(done))},
            )
            if parent:
                entry.set(f"{{{_W15}}}paraIdParent", parent)
            parent = parent or f"{int(number):08X}"
        self.parts["word/comments.xml"] = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", standalone=True
        )
        if "word/commentsExtended.xml" not in self.parts:
            self._add_part()
        self.parts["word/commentsExtended.xml"] = etree.tostring(
            known, xml_declaration=True, encoding="UTF-8", standalone=True
        )

    def _add_part(self) -> None:
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
        types = self.parts["[Content_Types].xml"].decode()
        entry = f'<Override PartName="/word/commentsExtended.xml" ContentType="{kind}"/>'
        self.parts["[Content_Types].xml"] = types.replace("</Types>", entry + "</Types>").encode()
        relations: Any = etree.fromstring(self.parts["word/_rels/document.xml.rels"])
        attributes = {
            "Id": "rIdEx",
            "Type": "http://schemas.microsoft.com/office/2011/relationships/commentsExtended",
            "Target": "commentsExtended.xml",
        }
        etree.SubElement(relations, f"{{{_RELATIONS}}}Relationship", attributes)
        self.parts["word/_rels/document.xml.rels"] = etree.tostring(
            relations, xml_declaration=True, encoding="UTF-8"
        )

    # What other programs lose -----------------------------------------------------------------------------------------

    def lose_marks(self, *, part: bool = True) -> None:
        """Save as a program does that knows neither our bookmarks nor, perhaps, parts of others."""
        for one in [*self.root.iter(f"{W}bookmarkStart"), *self.root.iter(f"{W}bookmarkEnd")]:
            one.getparent().remove(one)
        if part:
            self.parts = {
                name: content for name, content in self.parts.items() if not name.startswith("customXml")
            }
            self.parts["docProps/custom.xml"] = re.sub(
                rb"<property .*</property>", b"", self.parts["docProps/custom.xml"]
            )
            for name in ("[Content_Types].xml", "word/_rels/document.xml.rels"):
                self.parts[name] = re.sub(
                    rb"<(?:Override|Relationship) [^>]*customXml[^>]*/>", b"", self.parts[name]
                )

    def split_runs(self, choose: Callable[[int], int]) -> None:
        """Split runs as Word does for spelling, and give them revision ids."""
        for paragraph in self.root.iter(f"{W}p"):
            size = len(shown(paragraph))
            if size > 3:
                split_at(paragraph, 1 + choose(size - 2))
            for run in paragraph.iter(f"{W}r"):
                run.set(f"{W}rsidRPr", "00FF00AA")
                run.addprevious(run.makeelement(f"{W}proofErr", {f"{W}type": "spellStart"}))


def shown(element: Any) -> str:
    return "".join(one.text or "" for one in element.iter(f"{W}t"))


def run_like(run: Any, text: str) -> Any:
    fresh = run.makeelement(f"{W}r")
    properties = run.find(f"{W}rPr")
    if properties is not None:
        fresh.append(copy.deepcopy(properties))
    written = fresh.makeelement(f"{W}t", {_SPACE: "preserve"})
    written.text = text
    fresh.append(written)
    return fresh


def split_at(paragraph: Any, offset: int) -> None:
    at = 0
    for run in list(paragraph.iter(f"{W}r")):
        text = shown(run)
        if at < offset < at + len(text):
            rest = run_like(run, text[offset - at :])
            written = list(run.iter(f"{W}t"))
            assert len(written) == 1
            written[0].text = text[: offset - at]
            written[0].set(_SPACE, "preserve")
            run.addnext(rest)
            return
        at += len(text)


def drop(element: Any) -> None:
    element.getparent().remove(element)


def forget_empty_marks(paragraph: Any) -> None:
    """Word forgets a bookmark around nothing."""
    for start in list(paragraph.iter(f"{W}bookmarkStart")):
        between = _between(start)
        if between is not None and not any(one.tag == f"{W}r" for one in between):
            end = next(
                one
                for one in start.itersiblings(f"{W}bookmarkEnd")
                if one.get(f"{W}id") == start.get(f"{W}id")
            )
            drop(start)
            drop(end)


def _between(start: Any) -> list[Any] | None:
    found: list[Any] = []
    for one in start.itersiblings():
        if one.tag == f"{W}bookmarkEnd" and one.get(f"{W}id") == start.get(f"{W}id"):
            return found
        found.append(one)
    return None


def paragraphs(path: Path) -> Iterator[str]:
    """Text of each paragraph of a Word file, its cells too."""
    for paragraph in WordFile(path).root.iter(f"{W}p"):
        text = shown(paragraph)
        if text:
            yield text
