"""Make ``reference.docx``, the Word page of GB/T 9704-2012 for pandoc's ``--reference-doc``.

Usage::

    python assets/docx/make_reference.py

The same script gives the same bytes on any day. Sizes are in half-points and lengths in twips (1/20 pt), the
units of WordprocessingML.
"""

import datetime
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from lxml import etree

OUTPUT = Path(__file__).parent / "reference.docx"
EPOCH = datetime.datetime(2021, 9, 26, tzinfo=datetime.UTC)  # the day of the notice that set the form

TWIPS_PER_MM = 1440 / 25.4
PAGE = {"w": 11906, "h": 16838}
MARGIN_MM = {"top": 37, "left": 28, "right": 26, "bottom": 35}
# The dash of the page number lies 7 mm below the text; its line ends 0.5 em of 14 pt, 2.5 mm, further down.
FOOTER_MM = 35 - 7 - 2.5
HEADER_MM = 15
PITCH, TITLE_PITCH = 579, 720  # 28.95 pt and 36 pt
# A character and its gap are 1/28 of the line, a hair less than 16 pt. It stands as letter-spacing in the style
# and not in the document grid, which LibreOffice reckons in a way of its own.
LETTER_SPACE = '<w:spacing w:val="-5"/>'

FANG, KAI, HEI, SONG, TITLE = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"
LATIN, MONO = "Times New Roman", "Courier New"
# What stands in where the official font is not installed, in order of preference: of Windows, of UOS and Kylin (CESI, 方正
# _GBK), of macOS, of the project; and the kind of face that Word looks for where it has none of these (PANOSE).
SUBSTITUTES = {
    FANG: ("仿宋,FangSong,CESI仿宋-GB2312,方正仿宋_GBK,华文仿宋,FandolFang R", "02010609030101010101"),
    KAI: ("楷体,KaiTi,CESI楷体-GB2312,方正楷体_GBK,华文楷体,FandolKai", "02010609030101010101"),
    HEI: ("SimHei,CESI黑体-GB2312,方正黑体_GBK,华文黑体,FandolHei", "02010609060101010101"),
    SONG: ("SimSun,CESI宋体-GB2312,方正书宋_GBK,华文宋体,FandolSong", "02010600030101010101"),
    TITLE: (
        "FZXiaoBiaoSong-B05S,小标宋,CESI小标宋-GB2312,方正小标宋_GBK,华文中宋,FandolSong",
        "02010601030101010101",
    ),
}
BODY, TITLE_SIZE, PAGE_NUMBER, NOTE, TABLE, HEADER = 32, 44, 28, 24, 20, 18
LEAST_NUMBER = 15  # in half-points, like the sizes above; a longer number is narrowed further
INDENT = '<w:ind w:firstLineChars="200" w:firstLine="632"/>'
TABLE_INDENT = '<w:ind w:left="60" w:right="60"/>'
# A quarter of a character between Han characters and letters or digits, as in page and PDF.
AUTO_SPACE = "<w:autoSpaceDE/><w:autoSpaceDN/>"
NO_GRID = '<w:snapToGrid w:val="0"/>'
KEEP = "<w:keepNext/><w:keepLines/>"
CENTRE = '<w:jc w:val="center"/>'


def fonts(east_asian: str, latin: str = LATIN) -> str:
    """Return the run fonts element.

    Parameters
    ----------
    east_asian, latin
        Font names for Han characters and for everything else.

    Returns
    -------
    str
        WordprocessingML.
    """
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{east_asian}" w:cs="{latin}"/>'


def size(half_points: int) -> str:
    """Return the size elements of a run.

    Parameters
    ----------
    half_points
        Font size in half-points.

    Returns
    -------
    str
        WordprocessingML.
    """
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def spacing(line: int = PITCH, rule: str = "exact", before: int = 0, after: int = 0) -> str:
    """Return the spacing element of a paragraph.

    Parameters
    ----------
    line, before, after
        Line pitch and the room around the paragraph, in twips.
    rule
        ``exact``, or ``atLeast`` where a picture may stand.

    Returns
    -------
    str
        WordprocessingML.
    """
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="{rule}"/>'


@dataclass(frozen=True)
class Style:
    """One style: its name as pandoc or Word knows it, what it is based on, its properties as WordprocessingML."""

    name: str
    based_on: str | None = None
    paragraph: str = ""
    run: str = ""
    kind: str = "paragraph"
    following: str | None = None

    @property
    def identifier(self) -> str:
        """The name without spaces, in Word's own capitals."""
        return "".join(word[0].upper() + word[1:] for word in self.name.split())

    def xml(self) -> str:
        """Return the style element.

        Returns
        -------
        str
            WordprocessingML.
        """
        default = ' w:default="1"' if self.name in {"Normal", "Default Paragraph Font"} else ""
        parts = [f'<w:style {nsdecls("w")} w:type="{self.kind}"{default} w:styleId="{self.identifier}">']
        parts.append(f'<w:name w:val="{self.name}"/>')
        if self.based_on:
            parts.append(f'<w:basedOn w:val="{self.based_on}"/>')
        if self.following:
            parts.append(f'<w:next w:val="{self.following}"/>')
        parts.append("<w:qFormat/>")
        if self.paragraph:
            parts.append(f"<w:pPr>{self.paragraph}</w:pPr>")
        if self.run:
            parts.append(f"<w:rPr>{self.run}</w:rPr>")
        return "".join((*parts, "</w:style>"))


def heading(level: int) -> Style:
    """Return the style of a heading: 黑体 for 一、, 楷体 for （一）, 仿宋 below.

    Parameters
    ----------
    level
        1 to 6.

    Returns
    -------
    Style
        The style, based on Normal.
    """
    font = {1: HEI, 2: KAI}.get(level, FANG)
    latin = HEI if level == 1 else LATIN
    outline = f'<w:outlineLvl w:val="{level - 1}"/>'
    return Style(
        f"heading {level}", "Normal", KEEP + INDENT + outline, fonts(font, latin), following="FirstParagraph"
    )


def indented(left: int) -> str:
    """Return the indent element of a block that stands in from the left as a whole.

    Parameters
    ----------
    left
        Characters.

    Returns
    -------
    str
        WordprocessingML.
    """
    return f'<w:ind w:leftChars="{left * 100}" w:left="{left * 316}" w:firstLineChars="0" w:firstLine="0"/>'


def narrowed(share: int) -> Style:
    """Return the style of a number too long for its cell in a table, see word.lua.

    Parameters
    ----------
    share
        Its width, in per cent of a number's in the size of the table; half of what is less comes from the size, as far
        as that can be read.

    Returns
    -------
    Style
        A style of characters.
    """
    half_points = max(round(TABLE * (share / 100) ** 0.5), LEAST_NUMBER)
    narrow = share * TABLE // half_points
    return Style(
        f"Table Number {share}",
        "BodyTextChar",
        run=f'<w:w w:val="{narrow}"/>' + size(half_points),
        kind="character",
    )


STYLES = [
    Style("Normal", paragraph=AUTO_SPACE, run=fonts(FANG) + LETTER_SPACE + size(BODY)),
    Style("Default Paragraph Font", kind="character"),
    Style("Body Text", "Normal", INDENT),
    Style("First Paragraph", "BodyText", following="BodyText"),
    Style("Compact", "Normal"),
    Style(
        "Title",
        "Normal",
        KEEP + NO_GRID + spacing(line=TITLE_PITCH, after=PITCH) + CENTRE,
        fonts(TITLE, TITLE) + size(TITLE_SIZE),
        following="BodyText",
    ),
    Style("Subtitle", "Normal", KEEP + CENTRE, fonts(KAI), following="BodyText"),
    Style("Author", "Normal", KEEP + CENTRE, fonts(KAI), following="BodyText"),
    Style("Date", "Normal", KEEP + CENTRE, fonts(KAI), following="BodyText"),
    Style("Abstract Title", "Normal", KEEP + CENTRE, fonts(HEI), following="Abstract"),
    Style("Abstract", "BodyText", run=fonts(KAI)),
    Style("TOC Heading", "Normal", KEEP + CENTRE, fonts(HEI), following="Normal"),
    *(Style(f"toc {level}", "Normal", f'<w:ind w:left="{320 * (level - 1)}"/>') for level in range(1, 7)),
    *map(heading, range(1, 7)),
    Style("Block Text", "BodyText", indented(2), fonts(KAI)),
    Style("Callout Title", "Normal", KEEP, following="BodyText"),  # see callouts.lua
    Style("footnote text", "Normal", NO_GRID + spacing(line=320), size(NOTE)),
    Style("Footnote Block Text", "FootnoteText", indented(2)),
    Style("Definition Term", "Normal", KEEP + INDENT, fonts(HEI), following="Definition"),
    Style("Definition", "BodyText"),
    Style("caption", "Normal", NO_GRID + spacing(line=440) + CENTRE, size(NOTE)),
    Style("Table Caption", "Caption", "<w:keepNext/>"),
    Style("Image Caption", "Caption"),
    # Each row of a table but the last keeps with the next, see word.lua. Its height is the same in every face.
    Style(
        "Table Text",
        "Normal",
        KEEP + NO_GRID + spacing(line=260) + CENTRE,
        fonts(SONG) + size(TABLE),
    ),
    Style("Table Text Last Row", "TableText", '<w:keepNext w:val="0"/>'),
    Style("Table Text Indented", "TableText", TABLE_INDENT),
    Style("Table Text Indented Last Row", "TableTextIndented", '<w:keepNext w:val="0"/>'),
    Style("Figure", "Normal", NO_GRID + spacing(line=240, rule="auto", before=120) + CENTRE),
    Style("Captioned Figure", "Figure", "<w:keepNext/>"),
    Style(
        "Source Code",
        "Normal",
        NO_GRID + spacing(line=360) + '<w:jc w:val="left"/>',
        fonts(FANG, MONO) + size(NOTE),
    ),
    Style("header", "Normal", NO_GRID + spacing(line=240, rule="auto"), fonts(SONG) + size(HEADER)),
    Style("footer", "Normal", NO_GRID + spacing(line=280), fonts(SONG) + size(PAGE_NUMBER)),
    Style("Body Text Char", "DefaultParagraphFont", kind="character"),
    Style("Verbatim Char", "BodyTextChar", run=fonts(FANG, MONO), kind="character"),
    Style("Section Number", "BodyTextChar", kind="character"),
    Style("footnote reference", "BodyTextChar", run='<w:vertAlign w:val="superscript"/>', kind="character"),
    Style("Strong", "BodyTextChar", run=fonts(HEI, HEI), kind="character"),
    Style("Emphasis", "BodyTextChar", run=fonts(KAI), kind="character"),
    *map(narrowed, range(30, 100, 5)),
    Style("Hyperlink", "BodyTextChar", run='<w:u w:val="single" w:color="7F7F7F"/>', kind="character"),
]

BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
CELL_MARGINS = "".join(
    f'<w:{side} w:w="{width}" w:type="dxa"/>'
    for side, width in (("top", 30), ("left", 8), ("bottom", 30), ("right", 8))
)
TABLE_STYLE = f"""
<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="Table">
  <w:name w:val="Table"/><w:qFormat/>
  <w:tblPr>
    <w:jc w:val="center"/>
    <w:tblBorders>{BORDERS}</w:tblBorders>
    <w:tblCellMar>{CELL_MARGINS}</w:tblCellMar>
  </w:tblPr>
  <w:trPr><w:cantSplit/></w:trPr>
  <w:tcPr><w:vAlign w:val="center"/></w:tcPr>
  <w:tblStylePr w:type="firstRow"><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr></w:tblStylePr>
</w:style>
"""

DEFAULTS = f"""
<w:docDefaults {nsdecls("w")}>
  <w:rPrDefault><w:rPr>
    {fonts(FANG)}{size(BODY)}<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>
  </w:rPr></w:rPrDefault>
  <w:pPrDefault><w:pPr>
    <w:widowControl/>{spacing()}<w:jc w:val="both"/>
  </w:pPr></w:pPrDefault>
</w:docDefaults>
"""

# Word counts pages and words when it saves; until then nothing is said.
STATISTICS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)

PAGE_FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def footer_paragraph(side: str) -> str:
    """Return the paragraph with the page number between dashes, one character from the edge.

    Parameters
    ----------
    side
        ``left`` on even pages, ``right`` on odd ones.

    Returns
    -------
    str
        WordprocessingML.
    """
    return (
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="Footer"/>'
        f'<w:ind w:{side}Chars="100" w:{side}="280"/><w:jc w:val="{side}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">— </w:t></w:r>{PAGE_FIELD}<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )


def font_table() -> bytes:
    """Return the font table, which names a substitute for every official font.

    Returns
    -------
    bytes
        The part ``word/fontTable.xml``.
    """
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:panose1 w:val="{kind}"/><w:charset w:val="86"/>'
        '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, (others, kind) in SUBSTITUTES.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {nsdecls("w")}>{entries}</w:fonts>'.encode()


def write_styles(document: DocumentType) -> None:
    """Replace every style of the document.

    Parameters
    ----------
    document
        Changed in place.
    """
    root = document.styles.element
    for child in list(root):
        root.remove(child)
    root.append(parse_xml(DEFAULTS))
    for style in STYLES:
        root.append(parse_xml(style.xml()))
    root.append(parse_xml(TABLE_STYLE))


def write_page(document: DocumentType) -> None:
    """Set paper, margins, grid, headers and footers of the document's only section.

    Parameters
    ----------
    document
        Changed in place.
    """
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    header = f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="Header"/></w:pPr></w:p>'
    for block, paragraph in (
        (section.header, header),  # a watermark finds its place in the headers
        (section.even_page_header, header),
        (section.footer, footer_paragraph("right")),
        (section.even_page_footer, footer_paragraph("left")),
    ):
        block.is_linked_to_previous = False
        for child in list(block._element):
            block._element.remove(child)
        block._element.append(parse_xml(paragraph))
    properties: etree._Element = section._sectPr
    kept = {"headerReference", "footerReference"}
    for child in [c for c in properties if etree.QName(c).localname not in kept]:
        properties.remove(child)
    margins = " ".join(f'w:{side}="{round(mm * TWIPS_PER_MM)}"' for side, mm in MARGIN_MM.items())
    for xml in (
        f'<w:pgSz {nsdecls("w")} w:w="{PAGE["w"]}" w:h="{PAGE["h"]}"/>',
        f'<w:pgMar {nsdecls("w")} {margins} w:gutter="0" '
        f'w:header="{round(HEADER_MM * TWIPS_PER_MM)}" w:footer="{round(FOOTER_MM * TWIPS_PER_MM)}"/>',
        f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{PITCH}"/>',
    ):
        properties.append(parse_xml(xml))


def write_settings(document: DocumentType) -> None:
    """Set East Asian typography and Word's current layout rules.

    Parameters
    ----------
    document
        Changed in place.
    """
    settings = document.settings.element
    kept = {"evenAndOddHeaders"}
    for child in [c for c in settings if etree.QName(c).localname not in kept]:
        settings.remove(child)
    for xml in (
        f'<w:characterSpacingControl {nsdecls("w")} w:val="compressPunctuation"/>',
        f"<w:compat {nsdecls('w')}><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/>"
        "<w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>"
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>',
        f'<w:themeFontLang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN"/>',
    ):
        settings.append(parse_xml(xml))


def write_parts(document: DocumentType) -> None:
    """Put our font table and statistics in the place of the template's, and drop the parts that nothing uses.

    Parameters
    ----------
    document
        Changed in place.
    """
    for owner in (document.part, document.part.package):
        for identifier, relation in list(owner.rels.items()):
            kind = relation.reltype.rsplit("/", 1)[-1]
            if kind == "fontTable":
                relation.target_part._blob = font_table()
            elif kind == "extended-properties":
                relation.target_part._blob = STATISTICS
            elif kind in {"stylesWithEffects", "customXml", "thumbnail"}:
                del owner.rels[identifier]


def reference_document() -> bytes:
    """Build the reference document.

    Returns
    -------
    bytes
        A .docx file, the same on every call.
    """
    document = Document()
    write_styles(document)
    write_page(document)
    write_settings(document)
    write_parts(document)
    core = document.core_properties
    core.author = core.title = core.comments = core.keywords = ""
    core.language = "zh-CN"
    core.created = core.modified = EPOCH
    packed = io.BytesIO()
    document.save(packed)
    return repacked(packed.getvalue())


def repacked(package: bytes) -> bytes:
    """Return the package without the traces of this day and machine.

    Parameters
    ----------
    package
        A zip file.

    Returns
    -------
    bytes
        The same parts, each dated 1980-01-01, not compressed, since compressors differ between machines.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0
            new.writestr(entry, old.read(name))
    return target.getvalue()


if __name__ == "__main__":
    OUTPUT.write_bytes(reference_document())
