"""Finishes the files that Quarto made: it runs this file by its path (``project: post-render`` in ``_quarto.yml``)."""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    # A file that is run by its path finds only what lies beside it; what it needs is imported from the project's root.
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    runpy.run_module("helpers.publish.finish", run_name="__main__")
