"""Make ``coverage.txt``, the characters that the PDF can show, by asking Typst about every character there is.

Usage::

    python assets/fonts/make_coverage.py

A character counts where all chains of fonts of the page hold it, since prose may become a heading and a heading is
not set in the font of the text. Needed again when a font or a chain changes; takes some minutes.
"""

import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import typst

HERE = Path(__file__).parent
PAGE = HERE.parent / "typst" / "typst-template.typ"
OUTPUT = HERE / "coverage.txt"

CHAINS = ("fang", "kai", "hei", "song", "mono")
CHUNK = 2048
BYTE_ORDER_MARK = 0xFEFF  # PDF/A forbids it in text; alone it leaves no trace
_REFUSED = re.compile(r'the text (?:contains the disallowed codepoint )?`"(\\u\{[0-9a-f]+\}|[^"`]+)"`')
_SETUP = """#import "page.typ": {chain}
#set document(title: "x", date: datetime(year: 2021, month: 9, day: 26))
#set page(width: auto, height: auto)
#set text(font: {chain}, fallback: false, lang: "zh", region: "CN")
#for code in ({codes},) [#str.from-unicode(code) \\ ]
"""


def candidates() -> list[int]:
    """Return every character of Unicode but controls, surrogates, and what is private or not assigned.

    Returns
    -------
    list of int
        Code points.
    """
    kinds = {"Cc", "Cs", "Co", "Cn"}
    known = (code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) not in kinds)
    return [code for code in known if code != BYTE_ORDER_MARK]


def shown(codes: list[int], chain: str, fonts: typst.Fonts, folder: Path) -> list[int]:
    """Return the characters that Typst sets in an archival PDF.

    Parameters
    ----------
    codes
        Code points to ask about.
    chain
        Name of a chain of fonts in the page.
    fonts
        The bundled fonts and Typst's own.
    folder
        Where the page lies as ``page.typ``.

    Returns
    -------
    list of int
        Those that are shown.
    """
    source = folder / "main.typ"
    kept = list(codes)
    while kept:
        source.write_text(_SETUP.format(chain=chain, codes=", ".join(map(str, kept))), encoding="utf-8")
        try:
            typst.Compiler(source, root=folder, font_paths=fonts).compile(
                format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=0
            )
            break
        except typst.TypstError as error:
            refused = set(_refused(error.diagnostic))
            assert refused & set(kept), error.diagnostic
            kept = [code for code in kept if code not in refused]
    return kept


def _refused(diagnostic: str) -> Iterator[int]:
    for found in _REFUSED.finditer(diagnostic):
        text = found[1]
        yield int(text[3:-1], 16) if text.startswith("\\u{") else ord(text[0])


def ranges(codes: Iterable[int]) -> Iterator[str]:
    """Return runs of neighbouring characters, ``4E00-9FA5`` or ``3007``.

    Parameters
    ----------
    codes
        Code points in ascending order.

    Yields
    ------
    str
        One run.
    """
    run: list[int] = []
    for code in [*codes, -1]:
        if run and code != run[-1] + 1:
            yield f"{run[0]:04X}" if len(run) == 1 else f"{run[0]:04X}-{run[-1]:04X}"
            run = []
        run.append(code)


def main() -> None:
    """Ask chain by chain, each about what the chains before it show."""
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(HERE)])
    codes = candidates()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.typ").write_bytes(PAGE.read_bytes())
        for chain in CHAINS:
            chunks = [codes[start : start + CHUNK] for start in range(0, len(codes), CHUNK)]
            codes = [code for chunk in chunks for code in shown(chunk, chain, fonts, folder)]
            print(chain, len(codes))
    OUTPUT.write_text("\n".join(ranges(codes)) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
