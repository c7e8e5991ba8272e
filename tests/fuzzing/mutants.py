"""Ways to damage a file, each by a random stream."""

import re

import numpy as np

from fuzzing.files import KINDS, sound_files

# What stands for a number in a text, and for four bytes of a binary file.
NUMBERS = b"-1 0 1 2 3 7 255 65536 1000000000 4294967295 99999999999999999999 nan inf -inf 1e308 1e-320 0x10 1,5 ".split(b" ")  # fmt: skip  # noqa: E501
WORDS = (0, 1, 2, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1_000_000_000)


def _flip_bits(data: bytearray, rng: np.random.Generator) -> None:
    for place in rng.integers(len(data), size=rng.integers(1, 9)):
        data[place] ^= 1 << rng.integers(8)


def _flip_near_the_start(data: bytearray, rng: np.random.Generator) -> None:
    for place in rng.integers(min(len(data), 200), size=rng.integers(1, 4)):
        data[place] ^= 1 << rng.integers(8)


def _cut_off(data: bytearray, rng: np.random.Generator) -> None:
    del data[rng.integers(len(data)) :]


def _take_out(data: bytearray, rng: np.random.Generator) -> None:
    place = rng.integers(len(data))
    del data[place : place + rng.integers(1, 50)]


def _insert(data: bytearray, rng: np.random.Generator) -> None:
    place = rng.integers(len(data) + 1)
    data[place:place] = rng.bytes(rng.integers(1, 50))


def _repeat(data: bytearray, rng: np.random.Generator) -> None:
    first, place = rng.integers(len(data), size=2)
    data[place:place] = data[first : first + rng.integers(1, 300)]


def _blank(data: bytearray, rng: np.random.Generator) -> None:
    place, n = rng.integers(len(data)), rng.integers(1, 100)
    part = data[place : place + n]
    data[place : place + n] = bytes([rng.choice([0, 32, 10, 255])]) * len(part)


def _change_number(data: bytearray, rng: np.random.Generator) -> None:
    found = list(re.finditer(rb"-?\d[\d.e+-]*", bytes(data)))
    # The counts of headers more often than the many coordinates.
    found = found[:20] if rng.random() < 0.5 else found
    if found:
        one = found[rng.integers(len(found))]
        data[one.start() : one.end()] = NUMBERS[rng.integers(len(NUMBERS))]


def _change_word(data: bytearray, rng: np.random.Generator) -> None:
    place = int(rng.integers(min(len(data), 400) if rng.random() < 0.5 else len(data)))
    word = np.array(WORDS[rng.integers(len(WORDS))], "<u4" if rng.random() < 0.8 else ">u4")
    data[place : place + 4] = word.tobytes()[: len(data) - place]


def _splice(data: bytearray, rng: np.random.Generator) -> None:
    others = sound_files(KINDS[rng.integers(len(KINDS))])
    other = others[rng.integers(len(others))]
    data[rng.integers(len(data)) :] = other[rng.integers(len(other)) :]


def _swap_lines(data: bytearray, rng: np.random.Generator) -> None:
    lines = bytes(data).split(b"\n")
    one, other = rng.integers(len(lines), size=2)
    lines[one], lines[other] = lines[other], lines[one]
    data[:] = b"\n".join(lines)


WAYS = (
    _flip_bits, _flip_near_the_start, _cut_off, _take_out, _insert, _repeat, _blank, _change_number,
    _change_number, _change_word, _splice, _swap_lines,
)  # fmt: skip


def mutant(kind: str, seed: int) -> bytes:
    """A damaged file of a kind; the same for the same seed."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    sound = sound_files(kind)
    data = bytearray(sound[rng.integers(len(sound))])
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        if data:
            WAYS[rng.integers(len(WAYS))](data, rng)
    return bytes(data)
