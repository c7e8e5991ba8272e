"""What stands in the way of reading a file, told without opening it."""

import os

import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers import read_geometry
from inr2vec_core.utils.files import fault_of_file


def link(target):
    return lambda path: path.symlink_to(target)


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda path: None, "is missing"),
        (lambda path: path.mkdir(), "is a folder, not a file"),
        (os.mkfifo, "is a named pipe, not a file"),
        (link("/dev/zero"), "is a device, not a file"),
        (link("gone.off"), "is a link to gone.off, which is missing"),
        (link("a.off"), "is a link that leads back to itself"),
    ],
)
def test_things_that_are_no_files_are_named_and_not_opened(tmp_path, make, fault):
    path = tmp_path / "a.off"
    make(path)
    assert fault_of_file(path) == fault
    with pytest.raises(BadShape, match=f"a.off {fault}"):
        read_geometry(path)


def test_files_and_links_to_them_have_no_fault(tmp_path):
    (tmp_path / "a.off").touch()
    (tmp_path / "b.off").symlink_to("a.off")
    assert fault_of_file(tmp_path / "a.off") is None
    assert fault_of_file(tmp_path / "b.off") is None


def test_permissions_and_too_long_names_are_told(tmp_path, monkeypatch):
    assert fault_of_file(tmp_path / ("n" * 300)) == "cannot be read: File name too long"
    (tmp_path / "a.off").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # nothing is forbidden to root
    assert fault_of_file(tmp_path / "a.off") == "may not be read: change its permissions"
