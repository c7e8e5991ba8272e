"""Files that are something else than their name says."""

import gzip
import io
import pickle
import zipfile

import numpy as np
import pytest
import trimesh

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers import read_geometry

BOX = trimesh.creation.box()


def saved(save, *args):
    file = io.BytesIO()
    save(file, *args)
    return file.getvalue()


def zipped():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("a.off", "OFF\n")
    return content.getvalue()


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("a.off", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
         "is a Git LFS pointer, no off file: fetch its content with git lfs pull"),
        ("a.obj", b"\n<!DOCTYPE html>\n<html></html>", "is a web page, no obj file: download"),
        ("a.npy", b"<HTML><body>404</body>", "is a web page, no npy file"),
        ("a.stl", zipped(), "is a zip archive, no stl file: unpack it"),
        ("a.xyz", gzip.compress(b"0 0 0\n"), "is a gzip archive, no xyz file: unpack it"),
        ("a.stl", b"ISO-10303-21;\nHEADER;\n" + b" " * 99, "is a STEP file, no stl file"),
        ("a.obj", b"Kaydara FBX Binary  \0\x1a\0", "is an FBX file, no obj file"),
        ("a.npz", saved(np.save, np.ones((9, 3))), "is an npy array, no npz file: rename it"),
        ("a.off", BOX.export(file_type="ply"), "is a PLY file, no off file: rename it"),
        ("a.ply", BOX.export(file_type="off").encode(), "is an OFF file, no ply file: rename it"),
        ("a.obj", BOX.export(file_type="glb"), "is a glb mesh, no obj file: rename it"),
        ("a.npy", pickle.dumps([1, 2]), "is a Python pickle, no npy file: save the array"),
        ("a.ply", b"\x89PNG\r\n\x1a\n", "is a PNG image, no ply file$"),
        ("a.glb", bytes(99), "begins with nothing but zero bytes"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_of_another_kind_is_called_by_its_name(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadShape, match=f"{name}: unreadable: it {said}"):
        read_geometry(tmp_path / name)


def test_a_file_of_its_own_kind_keeps_its_reason(tmp_path):
    np.save(tmp_path / "a.npy", np.full((9, 3), np.nan))
    with pytest.raises(BadShape, match="9 of 9 points have NaN"):
        read_geometry(tmp_path / "a.npy")
