"""What pandoc reads from what a cell prints, raw blocks with its own tree included."""

import subprocess

import pypandoc
from published import ROOT

TREES = str(ROOT / "helpers" / "publish" / "engines" / "filters" / "trees.lua")


def converted(markdown: str, *options: str) -> bytes:
    """Have pandoc read Markdown and write what the options name."""
    command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-L", TREES, *options]
    return subprocess.run(
        command, input=markdown.encode(), capture_output=True, check=True, timeout=120
    ).stdout


def squeezed(said: str) -> str:
    """Return a text without white space."""
    return "".join(said.split())
