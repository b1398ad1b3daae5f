"""The process in which one file is read, with bounds on its memory and time: ``python -m helpers.intake.child_process FILE``.

Prints one JSON object: the report, or ``{"error": message}``. Whatever a hostile file does to a library happens here.
"""

import sys
from pathlib import Path

from helpers.files.bounds import bound
from helpers.files.extras import MissingExtraError
from helpers.intake.matching.model import IntakeError, dumps
from helpers.intake.readers.limits import MAX_BYTES, MAX_MEMORY, MAX_SECONDS


def main() -> None:
    """Read the file named on the command line."""
    bound(MAX_MEMORY, MAX_SECONDS)
    from helpers.intake.matching import matcher
    from helpers.intake.readers import kinds

    try:
        with Path(sys.argv[1]).open("rb") as stream:
            imported = matcher.place(kinds.read(stream.read(MAX_BYTES + 1)))
        answer = vars(imported) | {"unread": [vars(entry) for entry in imported.unread]}
    except (IntakeError, MissingExtraError) as error:
        answer = {"error": str(error)}
    except OSError as error:
        answer = {"error": f"文件无法打开（{error.strerror}），请检查权限或是否被别的程序占用"}
    except (MemoryError, RecursionError):
        answer = {"error": "文件的结构过于复杂，没有打开"}
    sys.stdout.buffer.write(dumps(answer).encode())


if __name__ == "__main__":
    main()
