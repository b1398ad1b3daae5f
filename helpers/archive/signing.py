"""A PDF signed: its bytes stay as they are, and a signature after PAdES follows them (ETSI EN 319 142-1)."""

from datetime import datetime
from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.stamp.noop import NoOpStampStyle

from helpers.archive.judged_apart import judge_apart
from helpers.archive.seal_mark import NoRoomError, put_mark
from helpers.archive.sealed_copy import signer_name
from helpers.archive.seals import ChangedError
from helpers.archive.signer_keys import Ask, Device, Files, KeyFileError, signing_with
from helpers.files.reading import SourceError, read_bytes
from helpers.files.writing import write_file

__all__ = ["SignError", "sign"]

_LARGEST = 200_000_000
"""Bytes of a PDF that is signed."""

_SECONDS = 30
"""How long a timestamp is waited for."""


class SignError(Exception):
    """A file that cannot be signed; the message is in Chinese and holds no password."""


def sign(
    path: Path, out: Path, who: Files | Device, ask: Ask, *, tsa: str | None = None, visible: bool = False
) -> list[str]:
    """Sign a PDF, and write it only once it has been verified.

    Parameters
    ----------
    path
        The PDF.
    out
        The signed one; may be the same path.
    who
        Certificate and key.
    ask
        Gives the password where one is needed.
    tsa
        Address of a timestamp authority (RFC 3161).
    visible
        Whether the last page with room shows the name on the certificate and the day.

    Returns
    -------
    list of str
        What the signatures say, as ``verify`` will tell it.

    Raises
    ------
    SignError
        It cannot be signed; nothing was written.
    OSError
        A file cannot be read or written.
    """
    try:
        data = read_bytes(path, _LARGEST)
        with signing_with(who, ask) as signer:
            signed = _signed(data, signer, tsa, visible=visible)
        found = judge_apart(signed, len(data))
    except SourceError as error:
        raise SignError(f"{path} {error.message}") from None
    except (KeyFileError, NoRoomError) as error:
        raise SignError(str(error)) from None
    except TimestampRequestError:
        raise SignError(f"时间戳服务 {tsa} 没有应答，或答得不对，没有签名") from None
    except ChangedError as error:
        raise SignError(f"签好以后核验不通过，没有写出：{error}") from None
    except (SigningError, PdfError, ValueError):
        raise SignError(f"{path.name} 不是能签名的 PDF，或证书和私钥不配") from None
    write_file(out, signed)
    return found.said


def _signed(data: bytes, signer: Signer, tsa: str | None, *, visible: bool) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(data), strict=True)
    taken = {name for name, _, _ in enumerate_sig_fields(writer)}
    field = next(name for number in range(1, len(taken) + 2) if (name := f"Signature{number}") not in taken)
    if visible:
        today = datetime.now()
        put_mark(
            writer,
            data,
            field,
            signer_name(signer.signing_cert),
            f"{today.year}年{today.month}月{today.day}日",
        )
    else:
        append_signature_field(writer, SigFieldSpec(field))
    metadata = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    timestamper = HTTPTimeStamper(tsa, timeout=_SECONDS) if tsa else None
    # The mark is drawn already; pyHanko's own would bring a font that is not embedded.
    worker = PdfSigner(metadata, signer, timestamper=timestamper, stamp_style=NoOpStampStyle())
    signed = worker.sign_pdf(writer, existing_fields_only=True)
    return signed.getvalue() if isinstance(signed, BytesIO) else bytes(signed.read())
