"""LZF: literals, copies that are far, long or overlap themselves, and damage."""

import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers.lzf import decompress


@pytest.mark.parametrize(
    ("data", "made"),
    [
        (b"", b""),
        (b"\x02abc", b"abc"),
        (b"\x02abc\x20\x02", b"abcabc"),  # three bytes from three back
        (b"\x00a\xe0\x03\x00", b"a" * 13),  # 7 + 3 + 2 bytes from one back
        (b"\x01ab\x60\x01\x00c", b"abababac"),
        (b"\x1f" + bytes(range(32)) + b"\x20\x1f", bytes(range(32)) + b"\0\1\2"),
        (
            b"\x1f" + bytes(32) + b"\xe0\xf7\x00" * 2 + b"\x00x\x22\x1f",
            bytes(544) + b"x" + bytes(3),
        ),
    ],
)
def test_what_was_compressed(data, made):
    assert decompress(data, len(made)) == made


@pytest.mark.parametrize(
    ("data", "length", "reason"),
    [
        (b"\x02abc", 4, "do not make 4 bytes"),
        (b"\x02abc", 2, "do not make 2 bytes"),
        (b"\x05abc", 3, "do not make 3 bytes"),
        (b"\x20\x00", 3, "a copy of nothing"),
        (b"\x02abc\x20", 6, "end within a copy"),
        (b"\x02abc\xe0", 6, "end within a copy"),
        (b"\x00a" + b"\xe0\xff\x00" * 10_000, 5, "do not make 5 bytes"),
    ],
)
def test_damage(data, length, reason):
    with pytest.raises(BadShape, match=reason):
        decompress(data, length)
