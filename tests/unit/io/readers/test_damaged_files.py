"""A short share of the fuzzing, the same at every run; `make fuzz` is the long one."""

import pytest
from fuzzing.files import KINDS, sound_files
from fuzzing.harness import FIELDS, faults, read_all
from fuzzing.mutants import mutant

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.io import readers
from inr2vec_core.shapes import formats

# A crash, an error and a wrong geometry.
FAULTY = """
import os

from inr2vec_core.geometry.raw import Cloud
from inr2vec_core.shapes.formats.checked_files import Format as Checked, check


class Format(Checked):
    def read_record(self, record):
        import numpy as np

        if record.shape_id == "1":
            os.abort()
        if record.shape_id == "2":
            raise KeyError("x")
        if record.shape_id == "3":
            check(Cloud(np.full((9, 3), np.nan)), record.path)
        return Cloud(np.random.default_rng(0).normal(size=(9, 3)))
"""


@pytest.fixture(autouse=True)
def own_layouts(monkeypatch):
    monkeypatch.setattr(formats, "__path__", list(formats.__path__))


def test_every_kind_has_files():
    assert set(KINDS) | {".hdf5"} == set(readers._READERS)


@pytest.mark.parametrize("kind", KINDS)
def test_sound_files_are_all_read(tmp_path, kind):
    for k, data in enumerate(sound_files(kind)):
        path = tmp_path / f"{k}{kind}"
        path.write_bytes(data)
        readers.read_geometry(path)


@pytest.mark.parametrize("k", range(len(KINDS)), ids=KINDS)
def test_damaged_files_are_read_or_set_aside(tmp_path, k):
    assert list(faults(tmp_path, KINDS[k], range(100), FIELDS[k % len(FIELDS)])) == []


def test_mutants_are_the_same_at_every_run():
    made = [mutant(kind, seed) for kind in KINDS for seed in range(20)]
    assert made == [mutant(kind, seed) for kind in KINDS for seed in range(20)]
    assert len(set(made)) > 0.9 * len(made)


def test_the_harness_sees_what_goes_wrong(tmp_path):
    layouts = tmp_path / "layouts"
    layouts.mkdir()
    (layouts / "faulty.py").write_text(FAULTY, encoding="utf-8")
    formats.__path__.append(str(layouts))
    files = {str(k): tmp_path / f"{k}.xyz" for k in range(5)}
    for file in files.values():
        file.write_bytes(b"0 0 0\n")
    found = dict(read_all(files, ShapeSettings("udf", 9), "faulty"))
    assert set(found) == {"1", "2", "3"}
    assert "SIGABRT" in found["1"] and "KeyError" in found["2"] and "AssertionError" in found["3"]
    assert not files["4"].exists() and files["1"].exists()
