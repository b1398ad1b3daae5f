"""Whose signature it is: certificate and key from files, or in a device that never gives the key away (PKCS#11)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
from pyhanko.config.pkcs11 import PKCS11SignatureConfig, TokenCriteria
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11SigningContext
from pyhanko.sign.signers.pdf_cms import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

__all__ = ["Device", "Files", "KeyFileError", "signing_with"]

Ask = Callable[[], str]
"""Gives the password or PIN; called only where one is needed."""


class KeyFileError(Exception):
    """A certificate or key that cannot be used; the message is in Chinese and holds no password."""


@dataclass(frozen=True)
class Files:
    """Certificate and key in files.

    Attributes
    ----------
    certificate
        A PKCS#12 file (.p12, .pfx), or a certificate in PEM or DER with its ``key``.
    key
        The private key in PEM or DER; None for PKCS#12.
    chain
        Further certificates to put into the signature, in PEM.
    """

    certificate: Path
    key: Path | None = None
    chain: Path | None = None


@dataclass(frozen=True)
class Device:
    """Certificate and key in a device: the library of its maker, the device's label, the certificate's label."""

    library: Path
    token: str
    label: str


@contextmanager
def signing_with(who: Files | Device, ask: Ask) -> Iterator[Signer]:
    """Yield what signs; a device's session is closed afterwards.

    Raises
    ------
    KeyFileError
        A file or device cannot be used, a password is wrong, or the certificate is not valid today.
    """
    if isinstance(who, Files):
        signer = _from_files(who, ask)
        _require_valid_today(signer)
        yield signer
        return
    config = PKCS11SignatureConfig(
        module_path=str(who.library),
        token_criteria=TokenCriteria(label=who.token),
        cert_label=who.label,
        other_certs_to_pull=None,
        user_pin=ask(),
    )
    try:
        with PKCS11SigningContext(config) as signer:
            _require_valid_today(signer)
            yield signer
    except (SigningError, pkcs11.PKCS11Error) as error:
        raise KeyFileError(
            f"签名设备用不了（{_kind(error)}）：请核对驱动库、设备名“{who.token}”、证书名“{who.label}”和口令"
        ) from None


def _kind(error: Exception) -> str:
    cause = error.__cause__
    return type(cause if isinstance(cause, pkcs11.PKCS11Error) else error).__name__


def _from_files(who: Files, ask: Ask) -> Signer:
    data = who.certificate.read_bytes()
    chain = _certificates(who.chain) if who.chain else []
    if who.key is None:
        return _from_pkcs12(who.certificate, data, chain, ask)
    own, *others = _certificates(who.certificate)
    key = who.key.read_bytes()
    locked = b"ENCRYPTED" in key
    try:
        loaded = load_private_key_from_pemder_data(key, passphrase=ask().encode() if locked else None)
    except (ValueError, TypeError):
        raise KeyFileError(
            f"私钥 {who.key.name} 打不开：格式不对" + ("，或密码不对" if locked else "")
        ) from None
    store = SimpleCertificateStore.from_certs([*others, *chain])
    return SimpleSigner(signing_cert=own, signing_key=loaded, cert_registry=store)


def _from_pkcs12(path: Path, data: bytes, chain: list[object], ask: Ask) -> Signer:
    for password in (lambda: None, ask):
        given = password()
        try:
            signer: Signer = SimpleSigner.load_pkcs12_data(data, chain, given.encode() if given else None)
            return signer
        except ValueError:
            continue
        except AttributeError:
            break  # a file without a key or a certificate
    raise KeyFileError(
        f"证书 {path.name} 打不开：不是带私钥的 PKCS#12 文件（.p12、.pfx），或密码不对；"
        "证书和私钥分开的，用 --key 给出私钥"
    )


def _certificates(path: Path) -> list[object]:
    try:
        found = list(load_certs_from_pemder_data(path.read_bytes()))
    except (ValueError, TypeError):
        found = []
    if not found:
        raise KeyFileError(f"{path.name} 里没有能读的证书（PEM 或 DER）")
    return found


def _require_valid_today(signer: Signer) -> None:
    certificate = signer.signing_cert
    if certificate is None:
        raise KeyFileError("没有找到签名人的证书")
    now = datetime.now(UTC)
    if not certificate.not_valid_before <= now <= certificate.not_valid_after:
        raise KeyFileError(
            f"证书只在 {certificate.not_valid_before:%Y-%m-%d} 到 {certificate.not_valid_after:%Y-%m-%d} 有效，今天不能用它签名"
        )
