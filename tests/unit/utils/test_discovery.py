"""Broken files of users: one line that names the file, the line in it and the cause."""

import ast
import sys
from abc import ABC, abstractmethod

import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.utils.discovery import check_subclass, import_file, parse_file


class Kind(ABC):
    @abstractmethod
    def catalog(self):
        """What a subclass must define."""


class Whole(Kind):
    def catalog(self):
        return 0


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "found_by_name"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == folder.name]:
        del sys.modules[name]


def test_a_file_is_parsed_and_imported(package):
    (package / "good.py").write_text("A = 1\n")
    assert ast.unparse(parse_file(package / "good.py")) == "A = 1"
    assert import_file("found_by_name", "good").A == 1


@pytest.mark.parametrize("use", [
    lambda folder: parse_file(folder / "bad.py"), lambda _: import_file("found_by_name", "bad"),
], ids=["parsed", "imported"])  # fmt: skip
def test_a_syntax_error_is_told_with_its_line(package, use):
    (package / "bad.py").write_text("A = 1\nclass Encoder(:\n")
    with pytest.raises(InputError, match=r"/bad\.py, line 2: invalid syntax$"):
        use(package)


@pytest.mark.parametrize("text, message", [
    ("A = 1\nimport nothing_there\n",
     r"/bad\.py, line 2: ModuleNotFoundError: No module named 'nothing_there'; install it or mend"),
    ("from ast import nothing\n", r"/bad\.py, line 1: ImportError: cannot import name 'nothing'"),
    ("\n\nA = b\n", r"/bad\.py, line 3: NameError: name 'b' is not defined; mend it$"),
], ids=["module", "name", "other"])  # fmt: skip
def test_what_fails_in_an_import_is_told_with_its_line(package, text, message):
    (package / "bad.py").write_text(text)
    with pytest.raises(InputError, match=message):
        import_file("found_by_name", "bad")


def test_a_class_of_another_kind_is_refused():
    check_subclass(Whole, Kind, "x.py: Whole")
    for found in (int, Whole()):
        with pytest.raises(InputError, match=r"^x\.py: Format is not derived from Kind: derive"):
            check_subclass(found, Kind, "x.py: Format")
    with pytest.raises(InputError, match=r"^x\.py: Kind does not define catalog: add it"):
        check_subclass(Kind, Kind, "x.py: Kind")
