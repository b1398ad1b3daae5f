"""The corpus of claims: most wrong numbers are found, and no right one is called an error."""

import pytest

from benchmarks.claim_corpus import PARTS, Score, score

FLOORS = {"blind_17": 0.7}
"""Everyday words that no report has (手头要办的总共363件), kept to see that they are not misread."""


@pytest.fixture(scope="module", params=PARTS)
def result(request: pytest.FixtureRequest) -> Score:
    return score(request.param)


def test_nine_wrong_numbers_of_ten_are_found(result: Score, request: pytest.FixtureRequest) -> None:
    floor = FLOORS.get(request.node.callspec.params["result"], 0.9)
    assert result.wrong > 200
    assert result.recall >= floor, "\n".join(sentence.text for sentence in result.missed)


def test_no_right_sentence_is_accused(result: Score) -> None:
    assert result.right > 100
    assert result.accused == []
