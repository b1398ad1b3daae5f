"""Finishes the files that Quarto made: it runs this file by its path (``project: post-render`` in ``_quarto.yml``)."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # A file that is run by its path finds only what lies beside it; what it needs is imported from the project's root.
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    from helpers.finishing.finish import main

    sys.exit(main(os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "").splitlines()))
