"""How far apart two short texts are."""


def distance(left: str, right: str, limit: int) -> int:
    """Count the characters to put in, take out or change (Levenshtein); above ``limit``, any number above it."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    row = list(range(len(right) + 1))
    for index, char in enumerate(left, 1):
        before, row[0] = row[0], index
        for place, other in enumerate(right, 1):
            before, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, before + (char != other)),
            )
        if min(row) > limit:
            return limit + 1
    return row[-1]
