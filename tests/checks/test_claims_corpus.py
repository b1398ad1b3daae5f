"""The corpus of claims: most wrong numbers are found, and no right one is called an error."""

import pytest

from benchmarks.claim_corpus import PARTS, Score, score


@pytest.fixture(scope="module", params=PARTS)
def result(request: pytest.FixtureRequest) -> Score:
    return score(request.param)


def test_nine_wrong_numbers_of_ten_are_found(result: Score) -> None:
    assert result.wrong > 200
    assert result.recall >= 0.9, "\n".join(sentence.text for sentence in result.missed)


def test_no_right_sentence_is_accused(result: Score) -> None:
    assert result.right > 100
    assert result.accused == []
