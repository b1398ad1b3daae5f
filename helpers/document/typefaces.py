"""Whether the page can show every character of a report: its fonts hold all of GBK, but not all of Unicode.

``assets/fonts/coverage.txt`` lists what they hold (made by ``make_coverage.py`` beside it). A character that no font holds
would stop the PDF; it is found here, where it still has a file and a line.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from helpers.document import prose
from helpers.files.yaml_text import read_yaml
from helpers.report.findings import Finding, finding, listed
from helpers.report.folder import Report
from helpers.report.settings_file import SETTINGS_FILE

COVERAGE = Path(__file__).resolve().parents[2] / "assets" / "fonts" / "coverage.txt"

_PRINTED = (("organ",), *(("contact", key) for key in ("office", "phone", "address", "email")))


@cache
def covered() -> frozenset[str]:
    """Every character the page can show, line breaks and tabs among them."""
    characters = set("\t\n\r")
    for run in COVERAGE.read_text(encoding="ascii").split():
        first, _, last = run.partition("-")
        characters.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(characters)


def findings(report: Report) -> list[Finding]:
    """Each printed character that no font holds, with file and line (rule L-GLYPH)."""
    return [*_in_settings(report), *(one for name in report.prose for one in listed(_in_prose(report, name)))]


def _in_settings(report: Report) -> Iterator[Finding]:
    contact = vars(report.contact)
    texts = {path: contact[path[1]] if len(path) > 1 else getattr(report, path[0]) for path in _PRINTED}
    wrong = {path: text for path, text in texts.items() if text and not covered().issuperset(text)}
    if not wrong:
        return
    settings = read_yaml(report.folder / SETTINGS_FILE)
    for path, text in wrong.items():
        for character in _missing(text):
            yield _finding(character, ".".join(path), SETTINGS_FILE, settings.line(path))


def _in_prose(report: Report, name: str) -> Iterator[Finding]:
    if covered().issuperset(report.prose[name]):
        return
    # A comment is not printed, and what a placeholder brings is reported where it stands.
    printed = "".join(paragraph.text for paragraph in prose.paragraphs(report, name))
    for number, line in enumerate(report.prose[name].split("\n"), 1):
        for character in _missing(line):
            if character in printed:
                yield _finding(character, None, f"{name}.md", number)


def _missing(text: str) -> list[str]:
    return [character for character in dict.fromkeys(text) if character not in covered()]


def _finding(character: str, where: str | None, file: str, line: int | None) -> Finding:
    code = f"U+{ord(character):04X}"
    shown = "" if unicodedata.category(character)[0] == "C" else f"“{character}”"
    message = f"{f'{where} 里的' if where else ''}字符{shown}（{code}）随附的字体里没有，PDF 印不出，请换用常用字或文字说明"
    return finding("L-GLYPH", message, file=file, line=line, actual=f"{character} {code}")
