"""A certificate authority, keys and a timestamp authority, made for a test and known to nobody else."""

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from helpers.archive import sealed_copy
from helpers.archive.seals import Seals

T = TypeVar("T")

ORGAN = "澧县小渡口镇人民政府"
PASSWORD = "不在命令行里"


def apart(work: Callable[..., T], *arguments: object, **options: object) -> T:
    """Do something in a thread: pyHanko starts a loop of events, and a browser of other tests may have one in this."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *arguments, **options).result()


def judge(data: bytes, length: int) -> Seals:
    return apart(sealed_copy.judge, data, length)


@dataclass(frozen=True)
class Identity:
    """A key and its certificate."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> tuple[bytes, bytes]:
        """Certificate and unlocked key."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self.certificate.public_bytes(serialization.Encoding.PEM), key

    def signer(self) -> SimpleSigner:
        """What pyHanko signs with."""
        return SimpleSigner(
            signing_cert=translate_pyca_cryptography_cert_to_asn1(self.certificate),
            signing_key=translate_pyca_cryptography_key_to_asn1(self.key),
            cert_registry=SimpleCertificateStore(),
        )


def identity(
    name: str, issuer: Identity | None = None, *, days: int = 3650, tsa: bool = False, elliptic: bool = False
) -> Identity:
    """Make a key, and a certificate by an issuer or by itself; ``days`` before now if negative."""
    key = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    authority = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=3650))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if tsa:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return Identity(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def write_pkcs12(path: Path, owner: Identity, authority: Identity, password: str = PASSWORD) -> Path:
    """Write key, certificate and the authority's as a .p12 file."""
    lock = serialization.BestAvailableEncryption(password.encode())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"seal", owner.key, owner.certificate, [authority.certificate], lock
        )
    )
    return path


@contextmanager
def timestamps(owner: Identity) -> Iterator[str]:
    """Serve timestamps (RFC 3161) on the loopback address; yields the address."""
    stamper = DummyTimeStamper(
        tsa_cert=translate_pyca_cryptography_cert_to_asn1(owner.certificate),
        tsa_key=translate_pyca_cryptography_key_to_asn1(owner.key),
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def gap(sealed: bytes) -> tuple[int, int]:
    """Where the last signature's value begins and ends in a signed PDF, with its brackets."""
    _, before, after, _ = map(int, re.findall(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)", sealed)[-1])
    return before, after


def with_sm2(sealed: bytes) -> bytes:
    """Put a value in the last signature's place that begins as those with SM2 and SM3 do (GB/T 38540)."""
    start, end = gap(sealed)
    value = bytes.fromhex("300a06082a811ccf55018375").hex().encode()
    return sealed[: start + 1] + value.ljust(end - start - 2, b"0") + sealed[end - 1 :]
