"""The process that judges a sealed copy: ``python -m helpers.archive.judging_process LENGTH``, the file on its input.

Prints one JSON object: what was found, or ``{"changed": why}``.
"""

import json
import sys

from helpers.archive.sealed_copy import judge
from helpers.archive.seals import ChangedError
from helpers.files.bounds import bound

_MEMORY = 4_000_000_000
_SECONDS = 60
"""Of processor time; a report of a hundred pages takes some seconds."""


def main() -> None:
    """Judge the file."""
    data = sys.stdin.buffer.read()
    bound(_MEMORY, _SECONDS)
    try:
        answer = vars(judge(data, int(sys.argv[1])))
    except ChangedError as error:
        answer = {"changed": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
