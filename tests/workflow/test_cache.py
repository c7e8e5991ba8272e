"""Snakemake's cache across working folders: what was computed once is not computed again."""

import pytest

EMBEDDINGS = "results/demo/embeddings/small/inr2vec.parquet"
INRS = "results/demo/inrs/small/0.h5"
SHAPES = "results/demo/shapes/0.h5"


@pytest.fixture
def other_folder(cached_run, new_copy, tmp_path):
    """Another working folder with the same config, and the cache that the first one filled."""
    made = new_copy(tmp_path / "other")
    made.env = cached_run.env
    return made


def logged(workflow):
    """Where jobs that really ran wrote logs, below results/logs/demo; others' logs are empty."""
    logs = workflow.path / "results/logs/demo"
    written = [path for path in logs.rglob("*.log") if path.stat().st_size]
    return {path.relative_to(logs).parts[0] for path in written}


def test_another_folder_fits_and_trains_nothing(cached_run, other_folder):
    other_folder.run(EMBEDDINGS, "--cache")
    assert logged(other_folder) == {"shapes.log"}
    for made in (EMBEDDINGS, INRS, SHAPES, "results/demo/shapes/1.h5"):
        assert (other_folder.path / made).is_symlink()
        assert other_folder.read(made) == cached_run.read(made)


def test_shards_have_entries_of_their_own(cached_run):
    assert cached_run.read(SHAPES) != cached_run.read("results/demo/shapes/1.h5")


def test_another_key_or_other_code_is_not_taken_from_the_cache(other_folder):
    other_folder.edit("config.yaml", "steps: 8", "steps: 9")
    other_folder.run(INRS, "--cache")
    assert logged(other_folder) == {"shapes.log", "inrs"}
    other_folder.append("inr2vec_core/geometry/surface.py", "EDITED = True")
    other_folder.run(SHAPES, "--cache")
    assert logged(other_folder) == {"shapes.log", "inrs", "shapes"}
