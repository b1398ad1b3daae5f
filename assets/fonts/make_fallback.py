"""Make ``NianbaoFallbackSerif-Regular.otf``: the GBK characters that one of the Fandol fonts lacks.

Usage::

    python assets/fonts/make_fallback.py /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc

The input is ``NotoSerifCJK-Regular.ttc`` of Debian's package ``fonts-noto-cjk``. The same input gives the
same bytes, on any day. The result has a name of its own, so that it is never taken for an installed Noto.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FOLDER = Path(__file__).parent
FAMILY = "Nianbao Fallback Serif"
POSTSCRIPT_NAME = "NianbaoFallbackSerif-Regular"
OUTPUT = FOLDER / f"{POSTSCRIPT_NAME}.otf"
SOURCE_FAMILY = "Noto Serif CJK SC"

# OpenType name identifiers that hold a family or a face name; the rest (copyright, designers, licence) is kept.
RENAMED = {1: FAMILY, 2: "Regular", 3: POSTSCRIPT_NAME, 4: FAMILY, 6: POSTSCRIPT_NAME}


def gbk_characters() -> set[str]:
    """Return every character that GBK (code page 936) encodes in two bytes, private use excluded.

    Returns
    -------
    set of str
        21,854 characters, 20,923 of them Han.
    """
    lead, trail = range(0x81, 0xFF), (*range(0x40, 0x7F), *range(0x80, 0xFF))
    decoded = (bytes((first, second)).decode("gbk", "ignore") for first in lead for second in trail)
    return {character for character in decoded if len(character) == 1}


def missing_characters() -> set[str]:
    """Return the GBK characters that at least one Fandol font beside this script lacks.

    Returns
    -------
    set of str
        What the fallback font has to hold.
    """
    held = [set(TTFont(path).getBestCmap()) for path in FOLDER.glob("Fandol*.otf")]
    common = set.intersection(*held)
    return {character for character in gbk_characters() if ord(character) not in common}


def make_fallback(collection: Path, output: Path) -> None:
    """Cut the fallback font out of the Noto collection.

    Parameters
    ----------
    collection
        Path of ``NotoSerifCJK-Regular.ttc``.
    output
        Where the OpenType font is written.

    Raises
    ------
    StopIteration
        If the collection holds no font of the family "Noto Serif CJK SC".
    """
    font = next(
        face for face in TTCollection(str(collection)).fonts if face["name"].getDebugName(1) == SOURCE_FAMILY
    )
    font.recalcTimestamp = False
    options = Options(
        layout_features=[], hinting=False, name_IDs=["*"], name_languages=["*"], notdef_outline=True
    )
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "GSUB", "GPOS", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(map(ord, missing_characters())))
    subsetter.subset(font)
    for identifier, name in RENAMED.items():
        for record in [r for r in font["name"].names if r.nameID == identifier]:
            record.string = name
    top = font["CFF "].cff.topDictIndex[0]
    font["CFF "].cff.fontNames[0] = POSTSCRIPT_NAME
    top.FullName, top.FamilyName = FAMILY, FAMILY
    font.save(output)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    make_fallback(Path(sys.argv[1]), OUTPUT)
