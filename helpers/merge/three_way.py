"""What a passage shall say, from what the file says, what the folder says, and what both once said: sentence by sentence."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from helpers.document.passages import Char, Passage
from helpers.document.source_plan import sentence_digests
from helpers.finishing.source_marks import Marked, sentences
from helpers.merge.alignment import templates
from helpers.merge.markdown_edit import Wanted
from helpers.merge.resolved import Line


def unchanged_here(base: Marked, passage: Passage) -> bool:
    """Return whether the folder still says what it said when the file was made, whatever its placeholders bring."""
    return templates(passage) == base.template


def unchanged_there(base: Marked, line: Line) -> bool:
    """Return whether the file says what it said when it was made."""
    return sentence_digests(line.text) == base.sentences


def of_chars(chars: Sequence[Char]) -> list[Wanted]:
    """Return what a passage of the folder says."""
    return [Wanted(char.text, char.look, *(char.placeholder or ())) for char in chars]


def joined(
    base: Marked, chars: Sequence[Char], passage: Passage, line: Line, said: Sequence[Wanted]
) -> list[Wanted] | None:
    """Return a passage with the changes of both sides; None where both changed one sentence, each in its way.

    Parameters
    ----------
    chars
        The folder's passage with what its placeholders had brought when the file was made.
    said
        What the line says.
    """
    ours, theirs = templates(passage), sentence_digests(line.text)
    own_parts = _split(of_chars(chars), sentences("".join(char.text for char in chars)))
    file_parts = _split(said, sentences(line.text))
    if len(own_parts) != len(ours) or len(base.sentences) != len(base.template):
        return None
    here, there = _kept(base.template, ours), _kept(base.sentences, theirs)
    wanted: list[Wanted] = []
    at = own = file = 0
    # Sentences that both sides kept divide the passage; between two of them at most one side may have changed something.
    for anchor in [*sorted(here.keys() & there.keys()), len(base.sentences)]:
        end_own = here.get(anchor, len(ours))
        end_file = there.get(anchor, len(theirs))
        if ours[own:end_own] == base.template[at:anchor]:
            chosen = file_parts[file:end_file]
        elif theirs[file:end_file] == base.sentences[at:anchor] or _texts(own_parts[own:end_own]) == _texts(
            file_parts[file:end_file]
        ):
            chosen = own_parts[own:end_own]
        else:
            return None
        wanted += [one for part in (*chosen, *own_parts[end_own : end_own + 1]) for one in part]
        at, own, file = anchor + 1, end_own + 1, end_file + 1
    return wanted


def _texts(parts: Sequence[Sequence[Wanted]]) -> str:
    return "".join(one.text for part in parts for one in part)


def _split(wanted: Sequence[Wanted], texts: Sequence[str]) -> list[list[Wanted]]:
    parts: list[list[Wanted]] = []
    at = 0
    for text in texts:
        parts.append(list(wanted[at : at + len(text)]))
        at += len(text)
    return parts


def _kept(base: Sequence[str], now: Sequence[str]) -> dict[int, int]:
    """Return where each sentence that is still there stands now."""
    blocks = SequenceMatcher(None, base, now, autojunk=False).get_matching_blocks()
    return {left + step: right + step for left, right, size in blocks for step in range(size)}
