"""What the prose states about the tables: numbers with their object, read sentence by sentence.

A clause is read only if every word of it is known; whatever is not understood is not judged, and makes the bare numbers
that follow it in the sentence (“办结20件” after “县教育局收到20件”) unjudged too. Worked examples stand in
``tests/checks/claims.yml``; how much is found is measured on ``benchmarks/claims_corpus``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from helpers.checks.claim_measures import Claim
from helpers.checks.claim_scope import OwnWords
from helpers.checks.claim_sentence import Sentence
from helpers.checks.numerals import sentences, tidy
from helpers.document.prose import Paragraph

_ON_APPLICATIONS = re.compile("依申请公开|公开申请|申请公开")


def claims(paragraphs: Iterable[Paragraph], year: int, names: Iterable[str]) -> Iterator[Claim]:
    """Read every claim in some paragraphs.

    Parameters
    ----------
    year
        Year of the report; what is said of another year is no claim.
    names
        Names by which the report calls its own organ.
    """
    own = OwnWords(year, names)
    heading = ""
    count = 0
    for paragraph in paragraphs:
        text = tidy(paragraph.text)
        if paragraph.heading:
            heading = text
            continue
        on_applications = _ON_APPLICATIONS.search(heading + text) is not None
        for sentence in sentences(text):
            count += 1
            yield from (
                replace(claim, sentence=count)
                for claim in _read(own, sentence, on_applications, paragraph.line)
            )


def _read(own: OwnWords, sentence: str, on_applications: bool, line: int) -> list[Claim]:
    """Read a sentence, and what is left of it once more with words in it that are not known."""
    strict = Sentence(own, sentence, on_applications, line)
    found = strict.read()
    if not strict.left:
        return found
    known = {(claim.kind, claim.quote, claim.number) for claim in found}
    loose = Sentence(own, sentence, on_applications, line, guessing=True).read()
    more = [claim for claim in loose if (claim.kind, claim.quote, claim.number) not in known]
    return found + [replace(claim, guessed=True) for claim in more]
