"""How far apart two short texts are."""


def distance(one: str, other: str, most: int) -> int:
    """Count the characters to put in, take out or change; ``most + 1`` for anything above ``most``."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        above, row = row, [at]
        for place, against in enumerate(other, 1):
            row.append(min(above[place] + 1, row[-1] + 1, above[place - 1] + (char != against)))
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
