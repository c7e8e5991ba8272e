"""Messages of the child process: a JSON header and the bytes of arrays, each checked when read.

Never pickled: the child has parsed files of strangers.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import BinaryIO

import numpy as np

# As ">u4" in front of each message: the length of its header.
_LENGTH = np.dtype(">u4")
MOST_HEADER = 16 << 20
_DTYPE = re.compile(r"[<|][biuf][1248]")


@dataclass(frozen=True)
class Message:
    """What the child says.

    Attributes:
        kind: what it is about.
        values: JSON values by name.
        arrays: arrays by name.
    """

    kind: str
    values: Mapping = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


def write_message(file: BinaryIO, message: Message) -> None:
    """Write a message to a pipe and flush it."""
    arrays = {name: np.ascontiguousarray(array) for name, array in message.arrays.items()}
    described = {name: [array.dtype.str, array.shape] for name, array in arrays.items()}
    header = json.dumps([message.kind, message.values, described]).encode()
    file.write(np.array(len(header), _LENGTH).tobytes() + header)
    for array in arrays.values():
        file.write(memoryview(array).cast("B") if array.size else b"")
    file.flush()


def read_message(read: Callable[[memoryview], None], most_bytes: int) -> Message:
    """Read a message.

    Args:
        read: fills a buffer with the bytes that come next.
        most_bytes: the most that its arrays may have together.

    Raises:
        ValueError: the bytes are no message, or one of more bytes.
    """
    length = np.empty((), _LENGTH)
    read(memoryview(length.reshape(1)).cast("B"))
    if length > MOST_HEADER:
        raise ValueError(f"a header of {length} bytes")
    header = bytearray(int(length))
    read(memoryview(header))
    kind, values, described = json.loads(header)
    if not (isinstance(kind, str) and isinstance(values, dict) and isinstance(described, dict)):
        raise ValueError("a header of other values")
    arrays, left = {}, most_bytes
    for name, (dtype, shape) in described.items():
        if not _DTYPE.fullmatch(dtype) or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError(f"an array of {dtype!r} and {shape!r}")
        left -= prod(shape) * int(dtype[2])
        if left < 0:
            raise ValueError(f"arrays of more than {most_bytes} bytes")
        array = arrays[name] = np.empty(shape, dtype)
        if array.size:
            read(memoryview(array.reshape(-1)).cast("B"))
    return Message(kind, values, arrays)
