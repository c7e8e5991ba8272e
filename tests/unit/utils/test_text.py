"""Text of files in any encoding, and text that can be shown and stored."""

import pytest

from inr2vec_core.utils.text import decode, is_utf8, printable


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_names_the_encoding_and_is_left_out(encoding):
    assert decode("é\r\nb\rc".encode(encoding)) == "é\nb\nc"


def test_bytes_in_no_known_encoding_are_kept_as_in_names_of_files():
    text = decode("bät\nbed\n".encode("latin-1"))
    assert text.encode("utf-8", "surrogateescape") == "bät\nbed\n".encode("latin-1")
    assert [is_utf8(line) for line in text.split("\n")] == [False, True, True]


@pytest.mark.parametrize(
    ("data", "fault"),
    [(b"1 2\0", "null bytes"), (b"\xff\xfe\x00\xd8", "byte-order mark says utf-16-le")],
)
def test_what_is_no_text_is_refused(data, fault):
    with pytest.raises(ValueError, match=fault):
        decode(data)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Stühle", "Stühle"), ("a\nb\t", r"a\nb\t"), ("b\udce4t", r"b\xe4t"), ("\ud800", r"\ud800")],
)
def test_any_text_is_shown_on_one_line_in_utf8(text, shown):
    assert printable(text) == shown
    assert is_utf8(printable(text))
