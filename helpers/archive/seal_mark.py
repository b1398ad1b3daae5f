"""What a visible signature shows, so that PDF/A and PDF/UA hold: fonts in it, and a tag for its field."""

from io import BytesIO
from pathlib import Path

import typst
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from helpers.archive.page_look import blank_place

__all__ = ["NoRoomError", "put_mark"]

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_WIDTH, _HEIGHT = 198, 50
"""Points, as in ``assets/typst/seal.typ``."""


class NoRoomError(Exception):
    """A visible signature cannot be put; the message says in Chinese why."""


def put_mark(writer: IncrementalPdfFileWriter, data: bytes, field: str, name: str, day: str) -> None:
    """Add a signature's field that shows a name and a day, where the last page with room is blank.

    Parameters
    ----------
    writer
        Of the file that ``data`` is.
    field
        Name of the new field.
    name, day
        What it shows.

    Raises
    ------
    NoRoomError
        No page has room, no font has the name's characters, or the file has no tags to add to.
    """
    place = blank_place(data, _WIDTH, _HEIGHT)
    if place is None:
        raise NoRoomError("各页都没有空白处可放可见签名，请去掉 --visible")
    said = f"电子签名：{name}，{day}"
    spec = SigFieldSpec(field, on_page=place[0], box=place[1], readable_field_name=said)
    drawn = writer.import_page_as_xobject(PdfFileReader(BytesIO(_drawn(name, day))))
    append_signature_field(writer, spec)
    fields = writer.root["/AcroForm"]["/Fields"]
    reference = fields.raw_get(len(fields) - 1)
    widget = reference.get_object()
    widget[NameObject("/AP")] = DictionaryObject({NameObject("/N"): drawn})
    _tag(writer, reference, said)
    writer.update_container(widget)


def _drawn(name: str, day: str) -> bytes:
    try:
        pdf = typst.compile(
            _ASSETS / "typst" / "seal.typ",
            root=_ASSETS,
            font_paths=[_ASSETS / "fonts"],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"name": name, "day": day},
            pdf_standards=["a-3b"],  # which refuses characters that no font has
        )
    except typst.TypstError:
        raise NoRoomError(f"字体里没有“{name}”的全部字，请去掉 --visible") from None
    return bytes(pdf)


def _tag(writer: IncrementalPdfFileWriter, field: IndirectObject, said: str) -> None:
    """Put the field into the tag tree as the last element of the document (ISO 14289-1, 7.18.4)."""
    try:
        tree = writer.root["/StructTreeRoot"]
        number, keys = tree["/ParentTreeNextKey"], tree["/ParentTree"]["/Nums"]
    except KeyError:
        raise NoRoomError("这个 PDF 没有标签，不是本程序生成的，请去掉 --visible") from None
    top = tree["/K"]
    document = top.raw_get(0) if isinstance(top, ArrayObject) else tree.raw_get("/K")
    page = field.get_object().raw_get("/P")
    place = {"/Type": NameObject("/OBJR"), "/Obj": field, "/Pg": page}
    element = {
        "/Type": NameObject("/StructElem"),
        "/S": NameObject("/Form"),
        "/P": document,
        "/Pg": page,
        "/Alt": pdf_string(said),
        "/K": _dictionary(place),
    }
    added = writer.add_object(_dictionary(element))
    document.get_object()["/K"].append(added)
    writer.mark_update(document)
    keys.extend([NumberObject(number), added])
    tree[NameObject("/ParentTreeNextKey")] = NumberObject(number + 1)
    writer.update_container(tree)
    field.get_object()[NameObject("/StructParent")] = NumberObject(number)


def _dictionary(entries: dict[str, object]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in entries.items()})
