"""Records of shapes, and shapes that were set aside."""

import re
import subprocess
import sys

import pytest

from inr2vec_core.shapes.catalog import (
    Rejected,
    ShapeRecord,
    read_rejected,
    without_bad_names,
    write_rejected,
    write_rejected_table,
)
from inr2vec_core.utils.text import is_utf8


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
    assert header.startswith("shape_id,source_file,reason,")
    write_rejected(tmp_path / "none.csv", [])
    assert read_rejected(tmp_path / "none.csv") == []


def test_the_table_for_people_has_their_columns_alone(tmp_path):
    rejected = [Rejected("é", "x/a.off", 'its "label", 3'), Rejected("b\udce4", "b", "bytes")]
    write_rejected_table(tmp_path / "rejected.csv", rejected)
    assert (tmp_path / "rejected.csv").read_text(encoding="utf-8") == (
        'shape_id,source_file,reason\né,x/a.off,"its ""label"", 3"\nb\\udce4,b,bytes\n'
    )


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ({"path": "x/b{r}ace.off"}, r"x/b{r}ace.off has a brace"),
        ({"complete_path": "x/b}.off"}, r"x/b}.off has a brace"),
        ({"path": "x/<results>.off"}, r"x/<results>.off has <results> in its name"),
        ({"class_name": "<b_1>"}, "its class '<b_1>' has <b_1> in its name"),
        ({"path": "x/a\nb.off"}, r"x/a\\nb.off has a line break"),
        ({"path": "x/l\udce4.off"}, r"x/l\\xe4.off has a name that is not UTF-8"),
        ({"shape_id": "l\udce4"}, "has a name that is not UTF-8"),
        ({"shape_id": "a\tb"}, "control character"),
        ({"class_name": "{x}"}, "its class '{x}' has a brace"),
        ({"class_name": "b\udce4t"}, "its class .* is not UTF-8"),
        ({"class_name": "chair/office"}, "its class 'chair/office' cannot be the name of a folder"),
        ({"class_name": ".."}, r"its class '\.\.' cannot be the name of a folder"),
        ({"class_name": "é" * 101}, "more than 200 bytes"),
    ],
)
def test_names_that_paths_and_tables_cannot_have_are_set_aside(names, reason):
    good = ShapeRecord("a", 'it\'s a "chair", 100% -- [1]* ü面', "train", "x/*?[1] '$,:.off")
    values = {"shape_id": "b", "class_name": "bed", "split": "test", "path": "x/b.off"}
    bad = ShapeRecord(**values | names)
    kept, (rejected,) = without_bad_names([good, bad])
    assert kept == [good]
    assert re.search(reason, rejected.reason) and "rename" in rejected.reason
    text = "".join((rejected.shape_id, rejected.source_file, rejected.reason))
    assert is_utf8(text) and text.isprintable()


def test_names_that_are_not_utf8_can_be_written(tmp_path):
    write_rejected(tmp_path / "rejected.csv", [Rejected("l\udce4", "x", "of another encoding")])
    assert read_rejected(tmp_path / "rejected.csv")[0].shape_id == "l\\udce4"


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, inr2vec_core.shapes.catalog;"
        "print({'numpy', 'torch', 'pandas', 'h5py', 'trimesh'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
