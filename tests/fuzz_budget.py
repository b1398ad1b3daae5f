"""How long a fuzzer runs: a minute in the gate, longer by ``make fuzz SECONDS=600``; its seed can be given to see a fault again."""

import os
import random
import time
from collections.abc import Iterator

SECONDS = float(os.environ.get("NIANBAO_FUZZ_SECONDS", "60"))
SEED = int(os.environ.get("NIANBAO_FUZZ_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)


def rounds() -> Iterator[random.Random]:
    """Yield a source of chance for each round until the time is used up; the first round always runs."""
    end = time.monotonic() + SECONDS
    number = 0
    while number == 0 or time.monotonic() < end:
        yield random.Random(f"{SEED}-{number}")
        number += 1
