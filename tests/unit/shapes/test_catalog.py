"""Records of shapes, and shapes that were set aside."""

import subprocess
import sys

import pytest

from inr2vec_core.shapes.catalog import Rejected, ShapeRecord, read_rejected, write_rejected


@pytest.mark.parametrize("record, expected", [
    (ShapeRecord("a", "a", "train", "x/a.off"), "x/a.off"),
    (ShapeRecord("a", "a", "train", "x/data.h5", 7), "x/data.h5[7]"),
    (ShapeRecord("a", "a", "train", "", 3), "procedural[3]"),
])  # fmt: skip
def test_source_files_are_named_for_people(record, expected):
    assert record.source_file == expected


def test_shapes_set_aside_are_read_back_as_they_were_written(tmp_path):
    rejected = [Rejected("a", "x/a.off", 'its "label", 3'), Rejected("b", "é.off", "two\nlines")]
    write_rejected(tmp_path / "rejected.csv", rejected)
    assert read_rejected(tmp_path / "rejected.csv") == rejected
    header, *_ = (tmp_path / "rejected.csv").read_text().splitlines()
    assert header == "shape_id,source_file,reason"
    write_rejected(tmp_path / "none.csv", [])
    assert read_rejected(tmp_path / "none.csv") == []


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, inr2vec_core.shapes.catalog;"
        "print({'numpy', 'torch', 'pandas', 'h5py', 'trimesh'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
