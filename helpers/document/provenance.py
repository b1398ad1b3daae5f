"""Facts of how a report was made that its manifest keeps beside inputs, outputs and engine: program, form, rules."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from helpers import __version__
from helpers.files.digests import digest_of
from helpers.report.findings import rules
from helpers.report.form import FOLDER, FORM

PACKAGES = ("great-tables", "ipython", "matplotlib", "pandas", "pikepdf", "pypandoc-binary", "typst")
"""Packages that leave their mark on the outputs."""


@cache
def facts() -> Mapping[str, Any]:
    """Return versions, number of the official form, digest of the form's data, and the rules that were run.

    The digest is the SHA-256 of all files in ``data/form/`` itself by name, each with its length before it;
    local notices, which no document is made of, are left out. The process has read them when it began, and so are the facts.
    """
    files = ((path.name, path.read_bytes()) for path in sorted(FOLDER.iterdir()) if path.is_file())
    made = {
        "program": f"nianbao {__version__}",
        "packages": {name: version(name) for name in PACKAGES},
        "form": FORM.notice["number"],
        "form_sha256": digest_of(f"{name} {len(data)}\n".encode() + data for name, data in files),
        "rules": list(rules()),
    }
    return MappingProxyType(made)
