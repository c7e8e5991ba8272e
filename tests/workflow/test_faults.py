"""Damaged files and full disks: the job that reads or writes says which file, and the cure."""

import ast
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import HERE, PROJECT
from planned_jobs import planned_jobs, results_read, rules_with_scripts, run_job

from inr2vec_core.errors import InputError
from inr2vec_core.io import atomic as atomic_module
from inr2vec_core.io.file_errors import Damaged
from inr2vec_core.io.hdf5 import open_shard
from inr2vec_core.io.sealed import read_sealed

OVERLAYS = {
    "tiny": [],
    "comparison": ["comparison.yaml"],
    "hub": ["hub.yaml"],
    "inits": ["inits.yaml"],
    "networks": ["networks.yaml"],
    "products": ["products.yaml"],
    "segmentation": ["segmentation.yaml"],
    "shared_networks": ["shared_networks.yaml"],
    "weight_space": ["weight_space.yaml"],
}
# Files that are made on demand, of rules that are not part of `all`.
EXPORTS = {
    "tiny": ["results/exports/grids/small/inr/6/ball/test/0.npy"],
    "hub": ["results/hub/scans/few/inr2vec/README.md", "results/hub/scans/few/inrs/README.md"],
    "products": ["results/generated/demo/small/inr2vec/gan/32/chair/0.ply"],
}
CURE = "remove it and run again, and it is made anew"
# Inputs for the order of jobs alone.
NOT_READ = {("fit_inrs", "checked"), ("learn_init", "checked")}
FLIPS = 60


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """What scripts change for good."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.fixture(scope="module")
def whole_files(finished_run):
    """A file of each ending, for cutting short."""
    results = finished_run[0].path / "results"
    endings = (".h5", ".parquet", ".json", ".safetensors", ".csv")
    files = {ending: next(results.glob(f"demo/**/*{ending}")) for ending in endings}
    return {ending: file.read_bytes() for ending, file in files.items()}


@pytest.fixture
def bare(new_copy, tmp_path, monkeypatch):
    """The project with nothing run, as the current folder."""
    made = new_copy(tmp_path / "project")
    for overlay in HERE.glob("*.yaml"):
        shutil.copy(overlay, made.path)
    # Its type is a file that the test of this config adds to the project.
    made.edit("comparison.yaml", "type: my_encoder, options: {values: 4}", "options: {rank: 3}")
    monkeypatch.chdir(made.path)
    return made.path


@pytest.fixture
def copy(finished, monkeypatch):
    """A copy of the finished run, as the current folder."""
    monkeypatch.chdir(finished.path)
    return finished.path


def told(job) -> str:
    """What a job says that fails, which is one line."""
    with pytest.raises(InputError) as caught:
        run_job(job)
    message = str(caught.value)
    assert "\n" not in message, message
    return message


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_whatever_a_job_reads_is_named_when_it_is_cut_short(overlay, bare, whole_files):
    """Of every rule, on files as a disk without power leaves them."""
    for name, job in planned_jobs(OVERLAYS[overlay], *EXPORTS.get(overlay, [])).items():
        read = [str(file) for file in job.input if str(file).startswith("results/")]
        for file in map(Path, read):
            file.parent.mkdir(parents=True, exist_ok=True)
            whole = whole_files[file.suffix]
            file.write_bytes(whole[: len(whole) // 2])
        if read:
            message = told(job)
            assert any(message.startswith(f"{file} ") for file in read), (name, message)
            assert message.endswith(CURE), (name, message)


def test_every_rule_is_tried(bare):
    tried = {
        name
        for overlay, files in OVERLAYS.items()
        for name in planned_jobs(files, *EXPORTS.get(overlay, []))
    }
    assert tried == rules_with_scripts()


@pytest.mark.parametrize("left", [0, 0.7])
def test_each_single_input_of_a_job_is_checked(left, copy):
    for rule, job in planned_jobs([], *EXPORTS["tiny"]).items():
        for name, file in results_read(job):
            if (rule, name) in NOT_READ:
                continue
            path = Path(file)
            whole = path.read_bytes()
            path.write_bytes(whole[: int(left * len(whole))])
            message = told(job)
            assert message.startswith(f"{file} ") and message.endswith(CURE), (rule, message)
            path.write_bytes(whole)


def content(path: Path):
    """All that can be read of a result."""
    if path.suffix != ".h5":
        return read_sealed(path)
    with open_shard(path) as file:
        attrs = {name: str(file.attrs[name]) for name in file.attrs}
        return {name: file[name][()].tobytes() for name in file}, attrs


def test_a_flipped_byte_of_any_result_is_named_or_changes_nothing(copy):
    """Of a file of each place that a rule's outputs have."""
    places = {}
    for path in sorted(Path("results").rglob("*.*")):
        if path.suffix in (".h5", ".parquet", ".json", ".safetensors", ".csv"):
            places.setdefault(re.sub(r"\d+", "N", f"{path.parts[2:]}"), path)
    for_people = ("tables", "logs", "benchmarks")  # which no rule reads, as rejected.csv
    tables = {
        path
        for path in places.values()
        if path.parts[1] in for_people or path.parts[2:] == ("rejected.csv",)
    }
    rng = np.random.default_rng(0)
    assert len(places) > 20
    for path in set(places.values()) - tables:
        whole, expected = path.read_bytes(), content(path)
        for position in rng.integers(0, len(whole), FLIPS):
            damaged = bytearray(whole)
            damaged[position] ^= rng.integers(1, 256)
            path.write_bytes(damaged)
            try:
                assert content(path) == expected
            except (InputError, Damaged) as error:
                assert "\n" not in str(error)
        path.write_bytes(whole)


READERS = {
    "csv": {"reader", "DictReader"}, "h5py": {"File"}, "json": {"load", "loads"},
    "np": {"load", "loadtxt", "genfromtxt", "fromfile"}, "torch": {"load"},
    "pd": {"read_csv", "read_json", "read_parquet"}, "pq": {"read_schema", "read_table"},
}  # fmt: skip
METHODS = {"read_text", "read_bytes", "load_file", "safe_open"}
# Where files of users are read, or those of the machine, or checksums are checked.
ALLOWED = ("inr2vec_core/io", "inr2vec_core/shapes/formats", "inr2vec_core/utils",
           "workflow_scripts/common")  # fmt: skip


def test_results_are_read_where_checksums_are():
    """No script, and nothing of the library but `io`, calls a reader of its own."""
    found = set()
    files = [*PROJECT.glob("inr2vec_core/**/*.py"), *PROJECT.glob("workflow_scripts/**/*.py")]
    for file in files:
        name = file.relative_to(PROJECT).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and not name.startswith(ALLOWED):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                module = getattr(getattr(node.func, "value", None), "id", "")
                if called in READERS.get(module, METHODS):
                    found.add((name, called))
    assert found == {  # what a sealed file held
        ("inr2vec_core/training/trainer.py", "load"),
        ("inr2vec_core/api/inrs.py", "loads"),
        ("inr2vec_core/api/recipe.py", "loads"),
        ("inr2vec_core/hub/inr_folder.py", "loads"),
        ("inr2vec_core/hub/model_folder.py", "loads"),
        ("inr2vec_core/inrs/shared_init.py", "loads"),
        ("inr2vec_core/inrs/spec.py", "loads"),
        # what the process that reads shapes says and is asked through pipes
        ("inr2vec_core/shapes/isolation/messages.py", "loads"),
        ("inr2vec_core/shapes/isolation/child.py", "load"),
    }


def test_a_full_disk_is_told_by_every_job(copy, monkeypatch):
    """Whatever writes: the temporary file is a link to a device that is always full."""

    def no_room(path):
        temporary = f".{path.name}.{atomic_module._HOST}-{os.getpid()}.tmp"
        path.with_name(temporary).symlink_to("/dev/full")

    monkeypatch.setattr(atomic_module, "_remove_leftovers", no_room)
    for rule, job in planned_jobs([], *EXPORTS["tiny"]).items():
        before = [Path(f).read_bytes() for f in job.output if Path(f).exists()]
        message = told(job)
        assert re.match(
            r"results/\S+ cannot be written: the disk of /\S* is full \(.* MiB are free\); make "
            "room and run the same command again$", message,
        ), (rule, message)  # fmt: skip
        assert [Path(f).read_bytes() for f in job.output if Path(f).exists()] == before
    assert not [p for p in Path("results").rglob(".*.tmp") if p.is_symlink()]
