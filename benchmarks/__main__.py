"""``make bench``: every measurement in turn, each a table of its own.

Machines are noisy: compare the ratios within one run, not the seconds of two.
"""

import importlib
from pathlib import Path

if __name__ == "__main__":
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        importlib.import_module(f"benchmarks.{path.stem}").main()
