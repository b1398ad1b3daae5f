"""How long a fuzzer runs (a minute in the gate, longer by ``make fuzz SECONDS=600``; its seed can be given to see a fault again),
and how much time and memory a folder may cost."""

import os
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from helpers.document.markdown import MAX_LENGTH

SECONDS = float(os.environ.get("NIANBAO_FUZZ_SECONDS", "60"))
SEED = int(os.environ.get("NIANBAO_FUZZ_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)


def rounds(share: float = 1) -> Iterator[random.Random]:
    """Yield a source of chance for each round until this share of the time is used up; the first round always runs."""
    end = time.monotonic() + share * SECONDS
    number = 0
    while number == 0 or time.monotonic() < end:
        yield random.Random(f"{SEED}-{number}")
        number += 1


def little() -> None:
    """Allow a child ten seconds of a processor and half a gigabyte beside what its libraries map."""
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_DATA, (500_000_000, 500_000_000))


def repeat(piece: str, folder: Path) -> None:
    """Fill every prose file of a folder with a piece of text, over and over, to just below the length that is refused."""
    for name in ("lead", "overview", "problems", "other"):
        (folder / f"{name}.md").write_text(piece * (MAX_LENGTH // len(piece) - 1), encoding="utf-8")
