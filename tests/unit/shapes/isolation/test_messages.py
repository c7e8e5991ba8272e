"""Messages arrive as they were sent; bytes that are no message are refused."""

import io
import json

import numpy as np
import pytest

from inr2vec_core.shapes.isolation.messages import Message, read_message, write_message


def sent(message):
    file = io.BytesIO()
    write_message(file, message)
    return file.getvalue()


def received(data, most_bytes=1 << 20):
    file = io.BytesIO(data)

    def read(buffer):
        if file.readinto(buffer) < len(buffer):
            raise EOFError

    return read_message(read, most_bytes)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, ">i4", np.int64, np.float32, float])
@pytest.mark.parametrize("shape", [(), (0, 3), (4,), (2, 3, 4)])
def test_arrays_arrive_as_they_were_sent(dtype, shape):
    array = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("="))
    said = received(sent(Message("a", {"x": [1, None, "é\udcff"]}, {"b": array, "c": array.T})))
    assert said.kind == "a" and said.values == {"x": [1, None, "é\udcff"]}
    for name, expected in (("b", array), ("c", array.T)):
        assert said.arrays[name].dtype == expected.dtype
        np.testing.assert_array_equal(said.arrays[name], expected)
        assert said.arrays[name].flags.writeable


def with_header(header):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(4, "big") + text


@pytest.mark.parametrize(
    "data",
    [
        with_header(b"no JSON"),
        with_header({}),
        with_header(["kind", [], {}]),
        with_header([1, {}, {}]),
        with_header(["kind", {}, {"a": ["|O8", [1]]}]),
        with_header(["kind", {}, {"a": ["<f8", [-1]]}]),
        with_header(["kind", {}, {"a": ["<f8", [1.5]]}]),
        with_header(["kind", {}, {"a": ["<f8", [1 << 40]]}]),
        with_header(["kind", {}, {"a": ["<f8", [0]], "b": ["<f8", [1, (1 << 17) + 1]]}]),
        b"\xff\xff\xff\xff",
    ],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(ValueError):
        received(data)


def test_a_message_that_breaks_off_is_noticed():
    data = sent(Message("a", {}, {"b": np.ones(5)}))
    for cut in (0, 3, 10, len(data) - 1):
        with pytest.raises(EOFError):
            received(data[:cut])
