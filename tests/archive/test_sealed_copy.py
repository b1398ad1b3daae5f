"""A sealed copy is told from a changed one: what signatures add passes, and whatever else follows is found out."""

import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from archive.authority import Identity, apart, gap, judge, with_sm2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.stamp.noop import NoOpStampStyle

from helpers.archive.judged_apart import judge_apart
from helpers.archive.seals import ChangedError

Change = Callable[[IncrementalPdfFileWriter], None]


@pytest.fixture(scope="module")
def original(published: Path) -> bytes:
    return (published / "report.pdf").read_bytes()


@pytest.fixture(scope="module")
def sealed(original: bytes, organ: Identity) -> bytes:
    return signed(original, organ)


def signed(
    data: bytes,
    owner: Identity,
    change: Change | None = None,
    *,
    box: tuple[int, int, int, int] | None = None,
    page: int = -1,
    **options: object,
) -> bytes:
    """Sign a file; ``change`` does something besides, in the same revision, which the signature then covers."""
    writer = IncrementalPdfFileWriter(BytesIO(data), strict=True)
    name = f"S{len(data)}"
    fields.append_signature_field(writer, SigFieldSpec(name, on_page=page, box=box))
    if change:
        change(writer)
    metadata = PdfSignatureMetadata(name, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", **options)
    worker = PdfSigner(metadata, owner.signer(), stamp_style=NoOpStampStyle())
    return bytes(apart(worker.sign_pdf, writer, existing_fields_only=True).getvalue())


def updated(data: bytes, change: Change) -> bytes:
    """Append a revision without a signature."""
    writer = IncrementalPdfFileWriter(BytesIO(data), strict=True)
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def dictionary(**entries: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


# What passes ----------------------------------------------------------------------------------------------------------


def test_a_signature(original: bytes, sealed: bytes) -> None:
    found = judge(sealed, len(original))
    assert len(found.said) == 1 and "澧县小渡口镇人民政府" in found.said[0]
    assert found.pages == []


def test_a_second_signature_and_a_timestamp_over_both(
    original: bytes, sealed: bytes, organ: Identity, root: Identity
) -> None:
    twice = signed(sealed, root)
    assert len(judge(twice, len(original)).said) == 2
    signer = organ.signer()
    stamper = DummyTimeStamper(tsa_cert=signer.signing_cert, tsa_key=signer.signing_key)
    writer = IncrementalPdfFileWriter(BytesIO(twice))
    stamped = apart(PdfTimeStamper(stamper).timestamp_pdf, writer, md_algorithm="sha256").getvalue()
    said = judge(stamped, len(original)).said
    assert len(said) == 3 and sum("时间戳" in one for one in said) == 1


def test_a_certifying_signature(original: bytes, organ: Identity) -> None:
    certified = signed(original, organ, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    assert len(judge(certified, len(original)).said) == 1


def test_proofs_of_certificates_added_later(original: bytes, sealed: bytes) -> None:
    def proofs(writer: IncrementalPdfFileWriter) -> None:
        proof = writer.add_object(StreamObject(stream_data=b"0\x03\x02\x01\x00"))
        store = dictionary(Type=NameObject("/DSS"), Certs=ArrayObject([proof]))
        writer.root[NameObject("/DSS")] = writer.add_object(store)
        writer.update_root()

    assert len(judge(updated(sealed, proofs), len(original)).said) == 1


def test_a_seal_where_the_page_is_blank(original: bytes, organ: Identity) -> None:
    assert judge(signed(original, organ, box=(100, 300, 220, 420)), len(original)).pages == [6]


# What does not --------------------------------------------------------------------------------------------------------


def page_of(writer: IncrementalPdfFileWriter, number: int) -> tuple[DictionaryObject, object]:
    reference = writer.root["/Pages"]["/Kids"].raw_get(number)
    return reference.get_object(), reference


def other_content(writer: IncrementalPdfFileWriter) -> None:
    page, reference = page_of(writer, 1)
    page[NameObject("/Contents")] = writer.add_object(StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.mark_update(reference)


def same_stream_with_other_bytes(writer: IncrementalPdfFileWriter) -> None:
    stream = page_of(writer, 1)[0]["/Contents"]
    stream._data = stream.data + b" 0 0 9 9 re f"
    stream._encoded_data = None
    writer.update_container(stream)


def annotation(kind: str) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page, reference = page_of(writer, 1)
        look = StreamObject(
            dictionary(
                Type=NameObject("/XObject"),
                Subtype=NameObject("/Form"),
                BBox=ArrayObject(map(NumberObject, (0, 0, 300, 90))),
            ),
            stream_data=b"1 g 0 0 300 90 re f",
        )
        box = ArrayObject(map(NumberObject, (100, 400, 400, 490)))
        added = dictionary(
            Type=NameObject("/Annot"),
            Subtype=NameObject(f"/{kind}"),
            Rect=box,
            F=NumberObject(4),
            AP=dictionary(N=writer.add_object(look)),
        )
        if kind == "Widget":
            added |= dictionary(FT=NameObject("/Tx"), T=TextStringObject("更正"))
        if kind == "Link":
            action = dictionary(S=NameObject("/URI"), URI=TextStringObject("http://127.0.0.1/"))
            added |= dictionary(A=action)
        annots = [*page.get("/Annots", []), writer.add_object(DictionaryObject(added))]
        page[NameObject("/Annots")] = ArrayObject(annots)
        writer.mark_update(reference)
        if kind == "Widget":
            writer.root["/AcroForm"]["/Fields"].append(annots[-1])
            writer.update_container(writer.root["/AcroForm"])

    return change


def pages_swapped(writer: IncrementalPdfFileWriter) -> None:
    kids = writer.root["/Pages"]["/Kids"]
    kids[:2] = [kids.raw_get(1), kids.raw_get(0)]
    writer.update_container(kids)


def page_lost(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages["/Kids"].pop()
    pages[NameObject("/Count")] = NumberObject(len(pages["/Kids"]))
    writer.update_container(pages)


def in_catalog(key: str, value: Callable[[], object]) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[NameObject(key)] = value()
        writer.update_root()

    return change


def script() -> object:
    return dictionary(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert(1)"))


def other_attachment(writer: IncrementalPdfFileWriter) -> None:
    listed = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    stream = listed[1]["/EF"]["/F"]
    stream._data, stream._encoded_data = b"forged", None
    writer.update_container(stream)


def other_title(writer: IncrementalPdfFileWriter) -> None:
    writer._meta.title = "另一份报告"


def other_words_for_screen_readers(writer: IncrementalPdfFileWriter) -> None:
    reference = writer.root["/StructTreeRoot"]["/K"].raw_get(0)
    first = reference.get_object()["/K"].raw_get(0)
    first.get_object()[NameObject("/ActualText")] = TextStringObject("另一句话")
    writer.mark_update(first)


def tag_with_words(writer: IncrementalPdfFileWriter) -> None:
    reference = writer.root["/StructTreeRoot"]["/K"].raw_get(0)
    words = dictionary(
        Type=NameObject("/StructElem"),
        S=NameObject("/P"),
        P=reference,
        ActualText=TextStringObject("另一句话"),
        K=ArrayObject(),
    )
    reference.get_object()["/K"].append(writer.add_object(words))
    writer.mark_update(reference)


def font_with_other_letters(writer: IncrementalPdfFileWriter) -> None:
    fonts = page_of(writer, 0)[0]["/Resources"]["/Font"]
    font = fonts[next(iter(fonts))]
    meaning = font["/ToUnicode"]
    meaning._data, meaning._encoded_data = meaning.data.replace(b"<0001>", b"<0002>"), None
    writer.update_container(meaning)


def in_the_field(key: str, value: Callable[[], object]) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][-1]
        field[NameObject(key)] = value()
        writer.update_container(field)

    return change


def form_that_computes(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/AcroForm"][NameObject("/CO")] = ArrayObject()
    writer.update_container(writer.root["/AcroForm"])


CHANGES: dict[str, Change] = {
    "other content": other_content,
    "same stream with other bytes": same_stream_with_other_bytes,
    "a white square over figures": annotation("Square"),
    "a stamp over figures": annotation("Stamp"),
    "a text field over figures": annotation("Widget"),
    "a link": annotation("Link"),
    "pages swapped": pages_swapped,
    "a page lost": page_lost,
    "a script on opening": in_catalog("/OpenAction", script),
    "layers": in_catalog("/OCProperties", lambda: dictionary(OCGs=ArrayObject(), D=dictionary())),
    "no tags": in_catalog("/MarkInfo", lambda: dictionary()),
    "another language": in_catalog("/Lang", lambda: TextStringObject("en")),
    "permissions of no signature": in_catalog("/Perms", lambda: dictionary(UR3=dictionary())),
    "other data attached": other_attachment,
    "another title": other_title,
    "other words for screen readers": other_words_for_screen_readers,
    "a tag with words": tag_with_words,
    "a font with other letters": font_with_other_letters,
    "a field that acts": in_the_field("/A", script),
    "a field that acts on sight": in_the_field("/AA", lambda: dictionary(PV=script())),
    "a field in a layer": in_the_field("/OC", lambda: dictionary(Type=NameObject("/OCG"))),
    "a form that computes": form_that_computes,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_the_signature_covers(name: str, original: bytes, organ: Identity) -> None:
    forged = signed(original, organ, CHANGES[name])
    assert forged.startswith(original)
    with pytest.raises(ChangedError):
        judge(forged, len(original))


@pytest.mark.parametrize(
    "name",
    [
        "other content",
        "a white square over figures",
        "a text field over figures",
        "a script on opening",
        "a tag with words",
    ],
)
def test_a_change_after_the_signature(name: str, original: bytes, sealed: bytes) -> None:
    with pytest.raises(ChangedError):
        judge(updated(sealed, CHANGES[name]), len(original))


def test_a_seal_over_figures(original: bytes, organ: Identity) -> None:
    with pytest.raises(ChangedError, match="第 2 页的可见签章盖住了原文“"):
        judge(signed(original, organ, box=(100, 500, 400, 600), page=1), len(original))


def test_a_seal_that_gets_another_look_after_signing(original: bytes, organ: Identity) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        look = StreamObject(dictionary(Subtype=NameObject("/Form")), stream_data=b"0 g 0 0 500 500 re f")
        field[NameObject("/AP")] = dictionary(N=writer.add_object(look))
        writer.update_container(field)

    seal = signed(original, organ, box=(100, 300, 220, 420))
    with pytest.raises(ChangedError):
        judge(updated(seal, change), len(original))


def test_a_seal_that_would_be_drawn_for_ever(
    original: bytes, organ: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drawing of drawings of drawings: a few hundred bytes, a million million strokes."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        inner = None
        for _ in range(9):
            used = dictionary(XObject=dictionary(X=inner)) if inner else dictionary()
            box = ArrayObject(map(NumberObject, (0, 0, 120, 120)))
            content = b"/X Do " * 40 if inner else b"0 0 m 9 9 l S"
            look = dictionary(
                Type=NameObject("/XObject"), Subtype=NameObject("/Form"), BBox=box, Resources=used
            )
            inner = writer.add_object(StreamObject(look, stream_data=content))
        field = writer.root["/AcroForm"]["/Fields"][-1]
        field[NameObject("/AP")] = dictionary(N=inner)
        writer.update_container(field)

    forged = signed(original, organ, change, box=(100, 300, 220, 420))
    monkeypatch.setattr("helpers.archive.judged_apart._SECONDS", 3)
    with pytest.raises(ChangedError, match="过多"):
        judge_apart(forged, len(original))


def test_no_signature_at_all(original: bytes) -> None:
    for data in (
        updated(original, lambda _: None),
        updated(original, in_catalog("/Version", lambda: NameObject("/2.0"))),
    ):
        with pytest.raises(ChangedError, match=r"没有电子签名|没有接着原文写"):
            judge(data, len(original))


def test_a_frame_that_nobody_signed(original: bytes) -> None:
    empty = updated(original, lambda writer: fields.append_signature_field(writer, SigFieldSpec("empty")))
    with pytest.raises(ChangedError, match="没有电子签名"):
        judge(empty, len(original))


@pytest.mark.parametrize("more", [b" ", b"\n%note", b"<script>", b"PK\x03\x04", b"\nstartxref\n9\n%%EOF\n"])
def test_something_after_the_end(more: bytes, original: bytes, sealed: bytes) -> None:
    for data in (original, sealed):
        with pytest.raises(ChangedError):
            judge(data + more, len(original))


@pytest.mark.parametrize(
    "more", [b"<script>x</script>\n", b"98 0 obj <</Type/Catalog>>\nstream\n", b"PK\x03\x04\n"]
)
def test_something_between_the_original_and_a_signature(
    more: bytes, original: bytes, organ: Identity
) -> None:
    """Signed together with what stands before it, where no directory names it."""
    with pytest.raises(ChangedError, match="夹着"):
        judge(signed(original + more + original[original.rindex(b"startxref") :], organ), len(original))


def test_another_document_after_the_original(original: bytes, sealed: bytes) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(other := BytesIO())
    moved = re.sub(
        rb"(?<=startxref\n)(\d+)", lambda at: b"%d" % (int(at[0]) + len(original)), other.getvalue()
    )
    for data in (original + other.getvalue(), original + moved, original + sealed):
        with pytest.raises(ChangedError):
            judge(data, len(original))


def test_two_directories_in_one(original: bytes, sealed: bytes) -> None:
    """A hybrid file: readers that know one kind of directory see another document than those that know both."""
    (last,) = re.findall(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", sealed)
    (first,) = re.findall(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", original)
    trailer = b"trailer\n<< /Size 9999 /Root %s /Prev %s /XRefStm %s >>\n"
    with pikepdf.open(BytesIO(sealed)) as pdf:
        top = b"%d 0 R" % pdf.Root.objgen[0]
    hybrid = sealed + b"xref\n0 0\n" + trailer % (top, last, first)
    hybrid += b"startxref\n%d\n%%%%EOF\n" % len(sealed)
    with pytest.raises(ChangedError):
        judge(hybrid, len(original))


def places_in_streams(data: bytes) -> dict[int, tuple[int, int]]:
    """Where objects lie that are packed in others: number of the other, place in it."""
    found = {}
    for head in re.finditer(rb"(\d+) 0 obj\n<< /Type /ObjStm .*?/N (\d+) /First (\d+) >>\nstream\n", data):
        listed = zlib.decompressobj().decompress(data[head.end() :])[: int(head[3])].split()
        found |= {int(number): (int(head[1]), place) for place, number in enumerate(listed[::2])}
    return found


@pytest.mark.parametrize("what", ["page", "content"])
def test_an_entry_that_leads_into_the_original(what: str, original: bytes, sealed: bytes) -> None:
    """A new directory gives page 1 what page 2 has, out of the original itself: no new object at all."""
    (last,) = re.findall(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", sealed)
    with pikepdf.open(BytesIO(original)) as pdf:
        one, two = ((page.obj if what == "page" else page.Contents).objgen[0] for page in list(pdf.pages)[:2])
        top = pdf.Root.objgen[0]
    if what == "page":
        entry = struct.pack(">BIH", 2, *places_in_streams(original)[two])
    else:
        at = re.search(rb"(?m)^%d 0 obj" % two, original)
        assert at
        entry = struct.pack(">BIH", 1, at.start(), 0)
    head = (
        b"9000 0 obj\n<< /Type /XRef /Size 9001 /W [1 4 2] /Index [%d 1] /Root %d 0 R /Prev %s /Length 7 >>\n"
    )
    stream = b"stream\n" + entry + b"\nendstream\nendobj\n"
    data = sealed + head % (one, top, last) + stream + b"startxref\n%d\n%%%%EOF\n" % len(sealed)
    with pikepdf.open(BytesIO(data)) as pdf:  # there is a reader that takes it
        assert len(pdf.pages) == 6
    with pytest.raises(ChangedError):
        judge(data, len(original))


# Signatures that do not verify ----------------------------------------------------------------------------------------


def test_a_byte_of_the_signature(original: bytes, sealed: bytes) -> None:
    start, _ = gap(sealed)
    middle = start + 1200
    forged = sealed[:middle] + (b"0" if sealed[middle : middle + 1] != b"0" else b"1") + sealed[middle + 1 :]
    with pytest.raises(ChangedError):
        judge(forged, len(original))


def test_a_range_that_leaves_something_out(original: bytes, sealed: bytes) -> None:
    start, end = gap(sealed)
    rest = len(sealed) - end
    for new in (
        b"0 %d %d %d" % (start, end, rest - 30),
        b"0 %d %d %d" % (start - 40, end, rest),
        b"9 %d %d %d" % (start - 9, end, rest),
    ):
        old = b"0 %d %d %d" % (start, end, rest)
        forged = sealed.replace(old, new.ljust(len(old)))
        assert forged != sealed or len(new) > len(old)
        with pytest.raises(ChangedError):
            judge(forged, len(original))


def test_a_signature_taken_from_another_file(original: bytes, sealed: bytes, root: Identity) -> None:
    other = signed(original, root)
    (start, end), (begin, stop) = gap(sealed), gap(other)
    value = other[begin + 1 : stop - 1].rstrip(b"0")
    forged = sealed[: start + 1] + value.ljust(end - start - 2, b"0")[: end - start - 2] + sealed[end - 1 :]
    with pytest.raises(ChangedError):
        judge(forged, len(original))


def test_a_seal_of_another_country_s_algorithm_is_told_as_not_verified(
    original: bytes, sealed: bytes
) -> None:
    found = judge(with_sm2(sealed), len(original))
    assert "没有核验" in found.said[0]
    assert found.unverified == 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_that_the_signature_covers(data: st.DataObject, original: bytes, sealed: bytes) -> None:
    start, end = gap(sealed)
    places = st.integers(len(original), start - 1) | st.integers(end, len(sealed) - 1)
    forged = bytearray(sealed)
    for place in data.draw(st.lists(places, min_size=1, max_size=3, unique=True)):
        forged[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ChangedError):
        judge(bytes(forged), len(original))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 10**6), more=st.binary(max_size=40))
def test_any_piece_of_what_follows(cut: int, more: bytes, original: bytes, sealed: bytes) -> None:
    piece = sealed[: len(original) + cut % (len(sealed) - len(original))] + more
    with pytest.raises(ChangedError):
        judge(piece, len(original))
