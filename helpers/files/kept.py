"""Texts that take long to make from the project's own files, kept beside Python's bytecode until these change.

As with bytecode, whoever can write there can change the program as well, and a place that cannot be written only costs
the time again.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

from helpers.files.digests import digest_of
from helpers.files.writing import write_text


def kept(source: str, made_from: Iterable[bytes], make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """Return texts by name: those that were kept, or new ones where something they are made from has changed.

    Parameters
    ----------
    source
        ``__file__`` of the module that makes them; it counts among what they are made from.
    made_from
        Everything else that they follow from.
    make
        Makes them.
    """
    key = digest_of([Path(source).read_bytes(), *made_from])
    place = Path(cache_from_source(source)).with_suffix(".kept.json")
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(place.read_text(encoding="utf-8"))
        if found["key"] == key:
            return dict(found["texts"])
    texts = make()
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        write_text(place, json.dumps({"key": key, "texts": texts}, ensure_ascii=False))
    return texts
