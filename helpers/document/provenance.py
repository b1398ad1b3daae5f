"""Facts of how a report was made that its manifest keeps beside inputs, outputs and engine: program, form, rules."""

from importlib.metadata import version
from typing import Any

from helpers import __version__
from helpers.files.digests import digest_of
from helpers.report.findings import rules
from helpers.report.form import FOLDER, FORM

PACKAGES = ("great-tables", "ipykernel", "matplotlib", "pandas", "pikepdf", "pypandoc-binary", "typst")
"""Packages that leave their mark on the outputs."""


def facts() -> dict[str, Any]:
    """Return versions, number of the official form, digest of the form's data, and the rules that were run.

    The digest is the SHA-256 of all files in ``data/form/`` by name, each with its length before it.
    """
    names = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
    files = ((name, (FOLDER / name).read_bytes()) for name in names)
    return {
        "program": f"nianbao {__version__}",
        "packages": {name: version(name) for name in PACKAGES},
        "form": FORM.notice["number"],
        "form_sha256": digest_of(f"{name} {len(data)}\n".encode() + data for name, data in files),
        "rules": list(rules()),
    }
