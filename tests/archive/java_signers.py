"""Signs a PDF with iText and with PDFBox: ``python java_signers.py KEY.p12 PASSWORD IN.pdf OUT_FOLDER``.

A process of its own, since a process can start Java only once and the tests' one judges with veraPDF.
"""

import sys
from pathlib import Path
from typing import Any

import jpype
import jpype.imports

JAVA = Path("/usr/share/java")
JARS = ("itext5", "pdfbox2", "fontbox2", "commons-logging", "bcprov", "bcpkix", "bcutil")


def main(key_file: str, password: str, source: str, folder: str) -> None:
    """Write itext.pdf, itext-visible.pdf, itext-over-text.pdf, itext-certified.pdf and pdfbox.pdf."""
    jpype.startJVM(classpath=[str(JAVA / f"{name}.jar") for name in JARS], convertStrings=True)
    from java.io import FileInputStream
    from java.security import KeyStore, Security
    from org.bouncycastle.jce.provider import BouncyCastleProvider

    Security.addProvider(BouncyCastleProvider())
    characters = jpype.JArray(jpype.JChar)(list(password))
    store = KeyStore.getInstance("PKCS12")
    store.load(FileInputStream(key_file), characters)
    alias = store.aliases().nextElement()
    key, chain = store.getKey(alias, characters), store.getCertificateChain(alias)
    out = Path(folder)
    itext(source, out / "itext.pdf", key, chain)
    itext(source, out / "itext-visible.pdf", key, chain, place=(6, 100, 300, 250, 400))
    itext(source, out / "itext-over-text.pdf", key, chain, place=(2, 100, 400, 400, 600))
    itext(source, out / "itext-certified.pdf", key, chain, certified=True)
    pdfbox(source, out / "pdfbox.pdf", key, chain)


def itext(source: str, out: Path, key: Any, chain: Any, place: Any = None, certified: bool = False) -> None:
    from com.itextpdf.text import Rectangle
    from com.itextpdf.text.pdf import PdfReader, PdfSignatureAppearance, PdfStamper
    from com.itextpdf.text.pdf.security import BouncyCastleDigest, MakeSignature, PrivateKeySignature
    from java.io import FileOutputStream

    stamper = PdfStamper.createSignature(
        PdfReader(source), FileOutputStream(str(out)), jpype.JChar("\0"), None, True
    )
    look = stamper.getSignatureAppearance()
    if place:
        look.setVisibleSignature(Rectangle(*map(float, place[1:])), place[0], "seal")
    if certified:
        look.setCertificationLevel(PdfSignatureAppearance.CERTIFIED_NO_CHANGES_ALLOWED)
    signature = PrivateKeySignature(key, "SHA-256", "BC")
    kind = MakeSignature.CryptoStandard.CMS
    MakeSignature.signDetached(look, BouncyCastleDigest(), signature, chain, None, None, None, 0, kind)


def pdfbox(source: str, out: Path, key: Any, chain: Any) -> None:
    from java.io import File, FileOutputStream
    from java.util import Arrays, Calendar
    from org.apache.pdfbox.pdmodel import PDDocument
    from org.apache.pdfbox.pdmodel.interactive.digitalsignature import PDSignature
    from org.bouncycastle.cert.jcajce import JcaCertStore
    from org.bouncycastle.cms import CMSProcessableByteArray, CMSSignedDataGenerator
    from org.bouncycastle.cms.jcajce import JcaSignerInfoGeneratorBuilder
    from org.bouncycastle.operator.jcajce import JcaContentSignerBuilder, JcaDigestCalculatorProviderBuilder

    document, signature = PDDocument.load(File(source)), PDSignature()
    signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE)
    signature.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED)
    signature.setSignDate(Calendar.getInstance())
    document.addSignature(signature)
    stream = FileOutputStream(str(out))
    waiting = document.saveIncrementalForExternalSigning(stream)
    generator = CMSSignedDataGenerator()
    signer = JcaContentSignerBuilder("SHA256withRSA").build(key)
    digests = JcaDigestCalculatorProviderBuilder().build()
    generator.addSignerInfoGenerator(JcaSignerInfoGeneratorBuilder(digests).build(signer, chain[0]))
    generator.addCertificates(JcaCertStore(Arrays.asList(chain)))
    content = CMSProcessableByteArray(waiting.getContent().readAllBytes())
    waiting.setSignature(generator.generate(content, False).getEncoded())
    stream.close()
    document.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
