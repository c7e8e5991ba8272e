"""Clouds in text: what is unambiguous is read, the rest is refused with its line and the reason."""

import warnings

import numpy as np
import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers import read_geometry

READ = [
    ("blanks", "1 2.5 3\n4 5 6\n"),
    ("tabs and CRLF", "1\t2.5\t3\r\n4\t5\t6\r\n"),
    ("lines ended by CR", "1 2.5 3\r4 5 6\r"),
    ("blank lines", "\n\n1 2.5 3\n   \n4 5 6\n\n"),
    ("commas", "1,2.5,3\n4,5,6\n"),
    ("commas and blanks", "1.0, 2.5, 3.0\n4.0 ,5.0 ,6.0\n"),
    ("commas between whole numbers, one line with blanks", "1,2.5,3,9\n4, 5, 6, 9\n"),
    ("semicolons", "1;2.5;3\n4;5;6\n"),
    ("separators at the end", "1,2.5,3,\n4,5,6,\n"),
    ("decimal commas between blanks", "1,0 2,5 3,0\n4,0 5,0 6\n"),
    ("decimal commas between tabs", "1,0\t2,5\t3,0\n4\t5\t6\n"),
    ("decimal commas between semicolons", "1,0;2,5;3,0\n4,0; 5,0; 6\n"),
    ("comments", "# a\n// b\n% c\n1 2.5 3 # d\n4 5 6 // e\n"),
    ("many comments and a count", "# a\n" * 150 + "2\n# b\n1 2.5 3\n4 5 6\n"),
    ("columns named in a comment", "//X Y Z\n1 2.5 3\n4 5 6\n"),
    ("a first column that is named", "id,x,y,z\n1,1,2.5,3\n2,4,5,6\n"),
    ("more columns", "1 2.5 3 255 0 0\n4 5 6 0 0 255\n"),
    ("words in more columns", "1 2.5 3 red\n4 5 6 a,b\n"),
    ("white points between commas", "1.0,2.5,3.0,255,255,255\n4.0,5.0,6.0,255,255,255\n"),
    ("count", "2\n1 2.5 3\n4 5 6\n"),
    ("count and names", "2\nX Y Z\n1 2.5 3\n4 5 6\n"),
    ("names", "x;y;z\n1;2.5;3\n4;5;6\n"),
    ("quoted names", '"X","Y","Z"\n1,2.5,3\n4,5,6\n'),
    ("names in another order", "id z y x\n7 3 2.5 1\n8 6 5 4\n"),
    ("elements", "C 1 2.5 3\nH 4 5 6\n"),
    ("elements, count and text", "2\nframe 1 of 2\nC 1 2.5 3\nH 4 5 6\n"),
    ("elements, count and a blank line", "2\n\nC 1 2.5 3\nH 4 5 6\n"),
    ("extended xyz", '2\nLattice="9" Properties=species:S:1:pos:R:3\nC 1 2.5 3\nH 4 5 6\n'),
    ("Fortran's exponents", "1.0D+00 25d-1 3\n4 5 6\n"),
]


def file_of(folder, content):
    file = folder / "a.xyz"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize("text", [text for _, text in READ], ids=[name for name, _ in READ])
def test_unambiguous_text_is_read(tmp_path, text):
    cloud = read_geometry(file_of(tmp_path, text))
    assert cloud.points.tolist() == [[1, 2.5, 3], [4, 5, 6]]
    assert cloud.points.dtype == np.float64


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "latin-1", "gbk"])
def test_encoding_does_not_matter(tmp_path, encoding):
    comment = "# 面\n" if encoding == "gbk" else "# Müller\n"
    cloud = read_geometry(file_of(tmp_path, f"{comment}1 2.5 3\n".encode(encoding)))
    assert cloud.points.tolist() == [[1, 2.5, 3]]


REFUSED = [
    # More than one reading, or none.
    ("1,234,567\n", r"line 1 \(1,234,567\) has commas that may be separators or parts of numbers"),
    ("0,5,1,5,2,5\n", "line 1 .* has commas that may be separators or parts"),
    ("1,2,3,9\n5,6,7,8\n", "line 1 .* has commas that may be separators or parts"),
    ("1,5, 2,5, 3,5\n", "line 1 .* has commas that may be separators or parts"),
    ("1,234.5,2,345.6,3,456.7\n", "line 1 .* has commas that may be separators or parts"),
    ("1,234 5,678 9,012\n", "line 1 .* has commas that may be decimal or between thousands"),
    ("1;2;3\n1,234;5,678;9\n", "line 2 .* has commas that may be decimal or between thousands"),
    ("1,234.5 5,678.5 9,012.5\n", "line 1 .*'1,234.5', which is no number .*: separate the"),
    ("1,0 2,0 3,0\n4,0 5,0 6.5\n", "line 2 .*has '6.5', which is no number like the others"),
    ("1.0,2.0 3.0\n", "line 1 .*has 2 columns"),
    ("1 234,5 2 345,6 3 456,7\n", "line 1 .*has blanks that may be separators or between thou"),
    ("1\N{NO-BREAK SPACE}234.5 2 3\n", r"line 1 .*has the blank U\+00A0"),
    ("1\N{NARROW NO-BREAK SPACE}234,5 2,5 3,5 4\n", r"line 1 .*has the blank U\+202F"),
    # Not all points.
    ("1 2 3\n\n1 2\n", r"line 3 \(1 2\) has 2 columns, the first 3 columns: cut short"),
    ("1 2 3 4\n1 2 3\n", "line 2 .*has 3 columns, the first 4 columns"),
    ("1 2\n3 4\n", "line 1 .*has 2 columns, not 3 or more"),
    ("3\n1 2 3\n4 5 6\n", "truncated: it declares 3 points and has 2 lines"),
    ("1\n1 2 3\n4 5 6\n", "number of points is off: it declares 1 points and has 2 lines"),
    ("5\nwater\nC 0 0 0\n", "truncated: it declares 5 points and has 1 lines"),
    ("200\n", "truncated: it declares 200 points and has 0 lines"),
    ("x y z\n", "holds no points"),
    ("# nothing\n", "holds no points"),
    (" \n\n", "holds no points"),
    # No numbers.
    ("1 2 3\n1 2 x\n", "line 2 .*has 'x', which is no number"),
    ("1 2 0x10\n", "line 1 .*has '0x10', which is no number"),
    ("1_000 2 3\n", "line 1 .*has '1_000', which is no number"),
    ("1 2 50%\n", "line 1 .*has '50%', which is no number"),
    ("0 0 1.#QNAN\n", "line 1 .*has '1.#QNAN', which is no number"),
    ("1,,3\n", "line 1 .*has an empty column"),
    ("(1, 2, 3)\n", r"line 1 .*has '\(1', which is no number"),
    ("١ 2 3\n", r"line 1 .*which is no number"),
    ("nan 2 3\n4 5 6\n", "1 of 2 points have NaN or infinite"),
    ("1 2 3\n1 2 -inf\n", "1 of 2 points have NaN or infinite"),
    ("1 2 3\0\n", "null bytes: it is a binary file"),
    ("1 2 3\n".encode("utf-16-le"), "null bytes: .* UTF-16 without byte-order mark"),
    # Other columns than x, y and z come first.
    ("# id x y z\n7 1 2 3\n", "line 1 is a comment that seems to name the columns id x y z"),
    ("1\n# id x y z\n7 1 2 3\n", "line 2 is a comment that seems to name the columns id x y z"),
    ("1 9 8 7\n2 9 8 6\n3 9 8 5\n", "its first column counts the points, from 1 on"),
    ("0,.9,.8,.7\n1,.9,.8,.6\n2,.9,.8,.5\n", "its first column counts the points, from 0 on"),
    ("x y z\n1 2 3 4\n", "line 1 names 3 columns, but the lines of points have 4"),
    ("a chair\n1 2 3\n", r"line 1 \(a chair\) has neither numbers nor the columns' names"),
    ("C 0 0 0\n1 1 1\n", "line 2 .*does not begin with a name"),
    ("1 1 1\nC 0 0 0\n", "line 2 .*has 4 columns, the first 3"),
    ("2\nwater\n6 0 0 0\n8 1 1 1\n", "line 3 .*may begin with an atomic number"),
    ("1\nProperties=species:S:1:id:I:1:pos:R:3\nC 1 0 0 0\n", "its columns are other than"),
]


@pytest.mark.parametrize(("content", "reason"), REFUSED)
def test_ambiguous_or_broken_text_is_refused_with_its_line(tmp_path, content, reason):
    file = file_of(tmp_path, content)
    with warnings.catch_warnings(), pytest.raises(BadShape, match=f"a.xyz: .*{reason}") as caught:
        warnings.simplefilter("error")
        read_geometry(file)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("separator", [" ", ",", ";"])
def test_numbers_are_exact_in_both_ways_of_reading(tmp_path, separator):
    points = np.random.default_rng(0).normal(size=(50, 3))
    text = "\n".join(separator.join(map(repr, point)) for point in points.tolist())
    for words in ("", f"{separator}label"):  # words are read line by line
        lines = text.replace("\n", f"{words}\n") + words
        assert read_geometry(file_of(tmp_path, lines)).points.tolist() == points.tolist()


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_decimal_commas_are_the_same_numbers(tmp_path, separator):
    points = np.random.default_rng(0).normal(size=(50, 3)).round(4)
    text = "\n".join(separator.join(map(str, point)) for point in points.tolist())
    cloud = read_geometry(file_of(tmp_path, text.replace(".", ",")))
    assert cloud.points.tolist() == points.tolist()
