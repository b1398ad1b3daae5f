"""The process that judges a sealed copy: ``python -m helpers.archive.judging_process LENGTH``, the file on its input.

Prints one JSON object: what was found, or ``{"changed": why}``.
"""

import json
import sys

from helpers.archive.sealed_copy import judge
from helpers.archive.seals import ChangedError

_MEMORY = 4_000_000_000
_SECONDS = 60
"""Of processor time; a report of a hundred pages takes some seconds."""


def main() -> None:
    """Judge the file."""
    data = sys.stdin.buffer.read()
    _bound()
    try:
        answer = vars(judge(data, int(sys.argv[1])))
    except ChangedError as error:
        answer = {"changed": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _bound() -> None:
    """Bound memory and processor time where the system can (Windows cannot; the parent's clock holds there too)."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


if __name__ == "__main__":
    main()
