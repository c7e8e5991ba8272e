"""LZF, the compression of PCD files."""

from inr2vec_core.errors import BadShape

_LITERAL = 32  # a control byte below copies as many bytes and one more from the data
_LONG = 7  # a length that is continued in the next byte


def decompress(data: bytes, length: int) -> bytes:
    """Undo the compression of LibLZF.

    Args:
        data: what was compressed.
        length: the number of bytes that it must make.

    Returns:
        The bytes.

    Raises:
        BadShape: the data are damaged, or make fewer or more bytes.
    """
    made, at, end = bytearray(), 0, len(data)
    try:
        while at < end and len(made) <= length:
            control = data[at]
            at += 1
            if control < _LITERAL:
                made += data[at : at + control + 1]
                at += control + 1
                continue
            size = control >> 5
            if size == _LONG:
                size += data[at]
                at += 1
            size += 2
            distance = ((control & 0x1F) << 8 | data[at]) + 1
            at += 1
            if distance > len(made):
                raise BadShape("its compressed points are damaged: one is a copy of nothing")
            copied = made[-distance:][:size]
            # A copy may overlap what it makes, and then repeats it.
            made += (copied * (size // distance + 1))[:size] if distance < size else copied
    except IndexError:
        raise BadShape("its compressed points are damaged: they end within a copy") from None
    if at > end or len(made) != length:
        raise BadShape(f"its compressed points are damaged: they do not make {length} bytes")
    return bytes(made)
