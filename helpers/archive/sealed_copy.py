"""Whether only signatures follow, in a PDF that begins with the bytes that were published.

Three judges must agree. pyHanko compares the revisions of the file and verifies the signatures; what is in a page is then
looked at by PDFium, which reads files in its own way (``page_look.py``). Who signed is told and not judged: which
authorities are to be trusted, nobody has said.
"""

import logging
import re
from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any

from pyhanko.pdf_utils.generic import ByteStringObject, TextStringObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from helpers.archive.page_look import CoveredError, compare_pages
from helpers.archive.pdf_additions import POLICY, only_signatures
from helpers.archive.seals import ChangedError, Seals

__all__ = ["judge", "signer_name"]

for _name in (
    "pyhanko",
    "pyhanko_certvalidator",
):  # what they would log, traceback and all, is told in our own words
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False

_MOST_REVISIONS = 40
"""Additions that are judged; a seal, a timestamp and their proofs are three or four."""

_END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF[\r\n]*\Z")
_PIECE = re.compile(
    rb"\d+ \d+ obj\b.*\bendobj\s*"
    rb"|(?:\d+ \d+ obj\b.*\bendobj|xref\b.*\btrailer\b.*>>)\s*(?:%[ -~]{0,60}\s+)?startxref\s+\d+\s+%%EOF\s*",
    re.DOTALL,
)
"""An object, or a directory and what ends a revision; iText signs with a short comment before that."""

_SM = b"\x2a\x81\x1c\xcf\x55"
"""1.2.156.10197 in DER: under it are SM2 and SM3 (GM/T 0006), with which seals after GB/T 38540 are made."""

_SM_SAID = "国密算法的签章，签章本身没有核验，请用签章厂商的工具核验"

_WEAK = {"md2", "md5", "sha1"}


def judge(data: bytes, length: int) -> Seals:
    """Judge what follows the original.

    Parameters
    ----------
    data
        The file.
    length
        How many bytes at its beginning are the original; the caller has compared them.

    Returns
    -------
    Seals
        The signatures and timestamps that follow, and nothing else does.

    Raises
    ------
    ChangedError
        Something else follows, or a signature that does not verify.
    """
    try:
        return _judged(data, length)
    except ChangedError:
        raise
    except Exception:  # pyHanko and PDFium raise whatever a broken file makes them trip over
        raise ChangedError("后面附加的内容读不出来，不能认定是电子签名") from None


def _judged(data: bytes, length: int) -> Seals:
    reader = PdfFileReader(BytesIO(data), strict=True)
    last = _last_original_revision(reader, data, length)
    if only_signatures(reader, last) is not None:
        raise ChangedError("后面附加的内容不只是电子签名，还动了正文、批注、表单或文件属性")
    signed = {
        name for name, _, _ in enumerate_sig_fields(reader.get_historical_resolver(last), filled_status=True)
    }
    fields = [field for field in enumerate_sig_fields(reader) if field[0] not in signed]
    if not fields or not all(value for _, value, _ in fields):
        raise ChangedError("后面附加的内容里没有电子签名，或有还没签的签名框")
    said = [_verified(reader, data, length, *field) for field in fields]
    try:
        return Seals(said, compare_pages(data[:length], data), said.count(_SM_SAID))
    except CoveredError as error:
        raise ChangedError(str(error)) from None


def _last_original_revision(reader: PdfFileReader, data: bytes, length: int) -> int:
    """Return the number of the original's last revision in the whole file, of which it must be the beginning."""
    original = PdfFileReader(BytesIO(data[:length]), strict=True).xrefs
    whole = reader.xrefs
    last = int(original.total_revisions) - 1
    ends = _END.search(data[-1024:])
    if reader.encrypted or whole.hybrid_xrefs_present:
        raise ChangedError("后面附加的内容给文件加了密，或写了两套目录，不同的阅读器会看到不同的内容")
    if ends is None or int(ends[1]) != whole.get_startxref_for_revision(whole.total_revisions - 1):
        raise ChangedError("文件末尾有不属于电子签名的内容")
    if not 0 < whole.total_revisions - original.total_revisions <= _MOST_REVISIONS:
        raise ChangedError("后面附加的内容没有接着原文写，或次数太多")
    starts = [whole.get_startxref_for_revision(number) for number in range(whole.total_revisions)]
    if starts[last] != original.get_startxref_for_revision(last) or min(starts[last + 1 :]) < length:
        raise ChangedError("后面附加的内容没有接着原文写")
    added = range(last + 1, whole.total_revisions)
    objects = [place for number in added for _, place in whole.get_xref_data(number).standard_xrefs.values()]
    _require_no_gaps(data, length, sorted({*objects, *starts[last + 1 :]}))
    return last


def _require_no_gaps(data: bytes, length: int, starts: Sequence[int]) -> None:
    """Require that what was added is objects and directories, one after the other, with nothing between them."""
    pieces = [data[start:end] for start, end in pairwise([*starts, len(data)])]
    if data[length : starts[0]].strip() or not all(map(_PIECE.fullmatch, pieces)):
        raise ChangedError("后面附加的内容里夹着不属于电子签名的东西")


# Signatures -----------------------------------------------------------------------------------------------------------


def _verified(reader: PdfFileReader, data: bytes, length: int, name: str, value: Any, field: Any) -> str:
    """Verify one signature; return who signed and when."""
    signed = value.get_object()
    contents = signed.raw_get("/Contents")
    if not isinstance(contents, (ByteStringObject, TextStringObject)):
        raise ChangedError(f"签名“{name}”没有内容")
    _require_coverage(data, length, name, list(signed["/ByteRange"]), contents.original_bytes)
    if _SM in contents.original_bytes:
        return _SM_SAID
    embedded = EmbeddedPdfSignature(reader, field, name)
    stamp = embedded.sig_object_type == "/DocTimeStamp"
    # Trust is not judged: there are no roots, and nothing is fetched.
    context = ValidationContext(trust_roots=[], allow_fetching=False)
    validate: Any = validate_pdf_timestamp if stamp else validate_pdf_signature
    judged = validate(embedded, context, diff_policy=POLICY)
    _require_valid(name, judged)
    return _told(embedded, judged, stamp=stamp)


def _require_coverage(data: bytes, length: int, name: str, span: list[Any], contents: bytes) -> None:
    """Require that a signature covers everything to the end of its revision, but its own value."""
    good = len(span) == 4 and all(isinstance(one, int) and 0 <= one <= len(data) for one in span)
    start, before, gap, after = map(int, span) if good else (1, 0, 0, 0)
    left_out = data[before:gap]
    covered = data[gap : gap + after]
    if (
        start != 0
        or before < length
        or gap + after > len(data)
        or not re.fullmatch(rb"<[0-9A-Fa-f]*>", left_out)
        or bytes.fromhex(left_out[1:-1].decode("ascii")) != contents
        or not _END.search(covered[-1024:])
    ):
        raise ChangedError(f"签名“{name}”没有签住它前面的全部内容")


def _require_valid(name: str, judged: Any) -> None:
    if not (judged.intact and judged.valid):
        raise ChangedError(f"签名“{name}”核验不通过：签名之后内容被改过，或签名是假的")
    if judged.md_algorithm in _WEAK:
        raise ChangedError(f"签名“{name}”用的算法（{judged.md_algorithm}）已不安全，不能作数")
    if judged.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise ChangedError(f"签名“{name}”没有签住它前面的全部内容")
    if isinstance(judged, PdfSignatureStatus):
        if not judged.docmdp_ok:
            raise ChangedError(f"签名“{name}”之后又加了它不允许的内容")
        stamped = judged.timestamp_validity
        if stamped is not None and not (stamped.intact and stamped.valid):
            raise ChangedError(f"签名“{name}”的时间戳核验不通过")


def _told(embedded: EmbeddedPdfSignature, judged: Any, *, stamp: bool) -> str:
    who = signer_name(embedded.signer_cert)
    if stamp:
        return f"时间戳，{judged.timestamp:%Y-%m-%d %H:%M %Z}，证书上的名称是“{who}”"
    stamped = judged.timestamp_validity
    if stamped is not None:
        return f"证书上的名称是“{who}”，时间戳 {stamped.timestamp:%Y-%m-%d %H:%M %Z}"
    own = judged.signer_reported_dt
    return f"证书上的名称是“{who}”" + (f"，签名人自己写的时间 {own:%Y-%m-%d %H:%M %Z}" if own else "")


def signer_name(certificate: Any) -> str:
    """Return the name on a certificate (asn1crypto's), the organ's where there is no common one."""
    subject = certificate.subject.native
    found = subject.get("common_name") or subject.get("organization_name") or "没有写名称"
    return found if isinstance(found, str) else "、".join(map(str, found))
