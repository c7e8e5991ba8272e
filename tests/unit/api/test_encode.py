"""The command `encode`: which files, what comes out, and what failed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh

from inr2vec_core.api.command import main
from inr2vec_core.api.encode import find_files
from inr2vec_core.api.fit import fit_inrs
from inr2vec_core.api.train import train_inr2vec
from inr2vec_core.io.embeddings import read_embeddings

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path, grids, monkeypatch):
    """A folder of three grids, and where the process is."""
    (tmp_path / "shapes/deep").mkdir(parents=True)
    np.save(tmp_path / "shapes/a.npy", grids[0])
    np.save(tmp_path / "shapes/deep/b.npy", grids[3])
    np.savez(tmp_path / "shapes/box.npz", grids[4])
    (tmp_path / "shapes/notes.txt").write_text("no shape")
    (tmp_path / "shapes/.hidden.npy").write_text("no shape")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def model(folder, box_inrs):
    made = train_inr2vec(
        box_inrs, hidden=(8,), embedding=8, decoder_hidden=8, decoder_frequencies=2, epochs=1,
        batch=2, queries=16,
    )  # fmt: skip
    made.network.shift = 10.0  # every voxel is occupied
    made.save(folder / "model.safetensors")
    return made


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        (["shapes"], ["shapes/a.npy", "shapes/box.npz", "shapes/deep/b.npy"]),
        (["shapes/deep/b.npy", "shapes"], ["shapes/deep/b.npy", "shapes/a.npy", "shapes/box.npz"]),
        (["shapes/*.npy"], ["shapes/a.npy"]),
        (["shapes/**/*.npy"], ["shapes/a.npy", "shapes/deep/b.npy"]),
        (["shapes/d*"], ["shapes/deep/b.npy"]),
        (["missing.obj"], ["missing.obj"]),  # the reader says what is wrong with it
        (["shapes/notes.txt"], ["shapes/notes.txt"]),
    ],
)
def test_paths(folder, paths, files):
    assert find_files(paths, pytest.fail) == files


def test_paths_that_name_nothing(folder):
    (folder / "empty").mkdir()
    told = []
    assert find_files(["empty", "*.stl"], lambda *told_of: told.append(told_of)) == []
    assert [path for path, _ in told] == ["empty", "*.stl"]


def test_embeddings(model, folder, capfd):
    assert main(["encode", "shapes", "--model", str(folder), "--decode", "decoded"]) == 0
    assert "embeddings.parquet: 3 embeddings of 8 numbers" in capfd.readouterr().out
    read = read_embeddings("embeddings.parquet")
    assert read.shape_id == ["shapes/a.npy", "shapes/box.npz", "shapes/deep/b.npy"]
    inrs = fit_inrs(read.shape_id, init=model.init, recipe=model.recipe, names=["a", "box", "b"])
    assert np.allclose(read.x, model.embed(inrs), atol=1e-4)
    names = sorted(path.name for path in Path("decoded").iterdir())
    assert names == ["a.ply", "b.ply", "box.ply"]
    assert len(trimesh.load("decoded/b.ply").faces) > 0


def test_bad_files_are_named_and_the_rest_is_done(model, folder, capfd, grids):
    (folder / "shapes/cut.obj").write_text("v 1 2")
    np.save(folder / "shapes/deep/a.npy", grids[1])  # of the same name as another
    arguments = ["encode", "shapes", "missing.obj", "--model", "model.safetensors"]
    assert main([*arguments, "--out", "x.npy", "--decode", "out"]) == 1
    lines = capfd.readouterr().err.strip().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("shapes/cut.obj")
    assert lines[1].startswith("missing.obj")
    done = Path("x.files.txt").read_text("utf-8").splitlines()
    assert done == ["shapes/a.npy", "shapes/box.npz", "shapes/deep/a.npy", "shapes/deep/b.npy"]
    assert np.load("x.npy").shape == (4, 8)
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "a.ply", "a_2.ply", "b.ply", "box.ply",
    ]  # fmt: skip


def test_nothing_is_written_where_all_fail(model, capfd):
    assert main(["encode", "missing.obj", "--model", "model.safetensors"]) == 1
    assert not Path("embeddings.parquet").exists()


def test_an_embedding_without_a_shape_is_a_failure(model, folder, capfd):
    model.network.shift = -10.0
    model.save("thin.safetensors")
    arguments = ["encode", "shapes/a.npy", "--model", "thin.safetensors", "--decode", "out"]
    assert main(arguments) == 1
    assert "shapes/a.npy: its embedding decodes to no shape" in capfd.readouterr().err
    assert len(read_embeddings("embeddings.parquet").shape_id) == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--model", "nothing"], "nothing is missing"),
        (["--model", "builtin:none"], "no model builtin:none ships"),
        (["--model", "model.safetensors", "--out", "x.csv"], "name it .parquet or .npy"),
        (["--model", "model.safetensors", "--device", "abacus"], "device abacus cannot be used"),
    ],
)
def test_wrong_usage(model, arguments, why, capfd):
    assert main(["encode", "shapes", *arguments]) == 2
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert why in line


@pytest.mark.parametrize(
    "arguments", [[], ["encode"], ["encode", "a", "--model", "b", "--points", "0"]]
)
def test_wrong_arguments(arguments, capfd):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_help_is_quick():
    code = (
        "import sys; from inr2vec_core.api.command import main\ntry: main(['encode', '--help'])\n"
    )
    code += "except SystemExit: print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "--decode FOLDER" in done.stdout
    assert "torch" not in done.stdout.split()
