"""Removes what Quarto would show again instead of running the cells: it runs this file by its path (``project: pre-render``).

``quarto preview`` takes outputs of cells from ``.quarto/_freeze`` as long as the ``.qmd`` is the same, whatever has become of the
figures, and whatever report was rendered last; ``freeze: false`` does not keep it from that.
"""

import shutil
from pathlib import Path

if __name__ == "__main__":
    shutil.rmtree(Path(__file__).resolve().parents[2] / ".quarto" / "_freeze", ignore_errors=True)
