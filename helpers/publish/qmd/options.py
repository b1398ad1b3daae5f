"""Options as they are written in YAML, and how one level of them goes over another.

Every value keeps the line it was written on, so that whatever is refused is refused by name and line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.files.reading import SourceError
from helpers.files.yaml_text import Path_, parse_options
from helpers.publish.qmd.errors import Place, PublishError

__all__ = ["FORMATS", "Options", "as_list", "parse_yaml"]

#: What the caller asks for, and the name Quarto has for it.
FORMATS = {"html": "html", "pdf": "typst", "docx": "docx"}


@dataclass
class Options:
    """A tree of options; ``places`` tells for each path of keys the file and line that set it last."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path_, Place] = field(default_factory=dict)

    def place(self, *keys: str) -> Place | None:
        """Return where the key at the end of a path was written, or its nearest parent that has a line; None where none was."""
        while keys and keys not in self.places:
            keys = keys[:-1]
        return self.places.get(keys) if keys else None

    def over(self, base: Options) -> Options:
        """Merge with weaker options as Quarto does: mappings deeply, lists joined without repeats, else these win."""
        return Options(_merge(base.data, self.data), {**base.places, **self.places})

    def child(self, key: str) -> Options:
        """Return the options under a key of this level, paths cut accordingly; empty where there are none."""
        data = self.data.get(key)
        places = {keys[1:]: place for keys, place in self.places.items() if keys[0] == key and len(keys) > 1}
        return Options(dict(data) if isinstance(data, dict) else {}, places)

    def without(self, *keys: str) -> Options:
        """Return the options except some keys of this level."""
        return Options({key: value for key, value in self.data.items() if key not in keys}, self.places)

    def refuse(self, reason: str, *keys: str) -> PublishError:
        """Word the refusal of the option at the end of a path: its place, its name and the reason, which tells what to do."""
        return PublishError(f"选项 {'.'.join(keys)} 不受支持：{reason}", self.place(*keys))


def _merge(base: Any, top: Any) -> Any:
    if isinstance(base, dict) and isinstance(top, dict):
        return {
            key: _merge(base[key], top[key]) if key in base and key in top else top.get(key, base.get(key))
            for key in [*base, *(key for key in top if key not in base)]
        }
    if isinstance(base, list) or isinstance(top, list):
        if not base or not top:
            return top or base
        joined: list[Any] = []
        for value in [*as_list(base), *as_list(top)]:
            if value not in joined:
                joined.append(value)
        return joined
    return top


def as_list(value: Any) -> list[Any]:
    """Return what YAML has as one value or as a list of them, as a list; empty for None."""
    return value if isinstance(value, list) else [] if value is None else [value]


def parse_yaml(text: str, path: Path, first_line: int = 1) -> Options:
    """Read a mapping written as YAML; ``first_line`` of the file is the line it begins on.

    Raises PublishError for broken YAML, a repeated key, or anything but a mapping.
    """
    try:
        read = parse_options(text)
    except SourceError as error:
        raise PublishError(error.message, Place(path, first_line + (error.line or 1) - 1)) from None
    if read.value is None:
        return Options()
    if not isinstance(read.value, dict):
        raise PublishError("此处应为“名称: 值”", Place(path, first_line))
    places = {keys: Place(path, first_line + line - 1) for keys, line in read.lines.items()}
    return Options(read.value, places)
