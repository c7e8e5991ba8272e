"""The table of the reader corpus: what counts as read, as no shape, as different."""

import reader_corpus
import trimesh
from other_readers import read_with


def row_of(path):
    count, note = reader_corpus.row({name: read_with(name, path) for name in reader_corpus.READERS})
    return [count[column] for column in reader_corpus.COLUMNS], note


def test_a_box_is_read_by_all(tmp_path):
    for kind in ("off", "obj", "ply", "stl", "glb"):
        trimesh.creation.box().export(tmp_path / f"box.{kind}")
        assert row_of(tmp_path / f"box.{kind}") == ([1, 1, 1, 0, 1, 1, 0], "")


def test_what_only_trimesh_reads_and_what_is_no_shape(tmp_path):
    triangle = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
    (tmp_path / "a.obj").write_text(triangle + "f 1 2 3\nsurf 0 1 0 1 1 2 3\n")
    counts, note = row_of(tmp_path / "a.obj")
    assert counts == [1, 1, 0, 0, 0, 0, 0]
    assert note.startswith("only trimesh reads: ours error has free-form surfaces")
    (tmp_path / "b.obj").write_text(triangle)
    counts, note = row_of(tmp_path / "b.obj")
    assert counts == [1, 0, 0, 1, 0, 0, 0]
    assert note.startswith("set aside: holds points but no faces")


def test_a_fan_over_a_notch_differs(tmp_path):
    text = "OFF\n4 1 0\n0 0 0\n2 1 0\n0 2 0\n1 1 0\n4 0 1 2 3\n"
    (tmp_path / "arrow.off").write_text(text)
    counts, note = row_of(tmp_path / "arrow.off")
    assert counts[:6] == [1, 1, 1, 0, 1, 1]
    assert ": ours mesh 0 0 0 2 2 0 1; trimesh mesh 0 0 0 2 2 0 3; Open3D" in note


def test_each_content_counts_once(tmp_path):
    for name in ("a.xyz", "b.xyz", "c.txt"):
        (tmp_path / name).write_text("1 2 3\n")
    assert [path.name for path in reader_corpus.distinct([tmp_path])] == ["a.xyz"]
