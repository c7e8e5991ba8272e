"""What an edit reruns: exactly the rules that depend on it. Dry runs over one finished run."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import Workflow

# What follows each stage, stage by stage.
PLOTS = {"plot_encoder_training", "plot_tsne", "plot_confusion"}
FIGURES = {"plot_decoded", "plot_interpolated", "plot_retrieved", *PLOTS}
CLASSIFYING = {"classify_embeddings", "plot_confusion", "table2"}
EMBEDDING = {
    "embed_inrs", "evaluate_retrieval", "plot_tsne", "plot_interpolated", "plot_retrieved",
    *CLASSIFYING,
}  # fmt: skip
EXAMPLES = {"reconstruct_examples", "plot_decoded", "write_shape_viewer"}
MEASURING = {"evaluate_reconstruction", "table_reconstruction"}
TRAINING = {"train_encoder", "plot_encoder_training", *EXAMPLES, *MEASURING, *EMBEDDING}
FITTING = {"fit_inrs", "probe_weights", *TRAINING}
READING = {"prepare_shapes", "build_manifest", "probe_bounding_boxes", *FITTING}

CODE = {
    "inr2vec_core/geometry/surface.py": READING,
    "inr2vec_core/geometry/queries.py": FITTING,
    "inr2vec_core/inrs/fitting.py": FITTING,
    "inr2vec_core/reconstruction/extract.py": TRAINING,  # modalities import it, for one method
    "inr2vec_core/encoders/inr2vec.py": TRAINING,
    "inr2vec_core/encoders/projected.py": set(),  # no entry takes it
    "inr2vec_core/tasks/classification/task.py": CLASSIFYING,
    "inr2vec_core/tasks/classification/retrieval.py": {
        "evaluate_retrieval",
        "plot_retrieved",
        "table2",
    },
    "inr2vec_core/tasks/classification/probes.py": {
        "probe_weights",
        "probe_bounding_boxes",
        "table2",
    },
    "inr2vec_core/reporting/tables.py": {"table2", "table_reconstruction"},
    "inr2vec_core/reporting/markdown.py": {"table2", "table_reconstruction"},
    "inr2vec_core/reporting/figure_style.py": FIGURES,
    "inr2vec_core/reporting/plots.py": PLOTS,
    "inr2vec_core/reporting/shape_figures.py": FIGURES - PLOTS,
    "inr2vec_core/io/shape_sets.py": EXAMPLES,
    "inr2vec_core/reporting/viewer.py": {"write_shape_viewer"},
    "workflow_scripts/encoders/embed_inrs.py": EMBEDDING,
    "workflow_scripts/figures/plot_tsne.py": {"plot_tsne"},
    "workflow_scripts/common/job.py": {"init_inr", *READING},
}

# An edit of a data layout, the rules that follow, and the data sets that are read in it.
FORMATS = {
    "inr2vec_core/shapes/formats/folder.py": (
        READING - {"probe_weights", "probe_bounding_boxes"},
        {"scans", "grids"},
    ),
    "inr2vec_core/shapes/formats/procedural.py": (READING, {"demo", "solids"}),
    "inr2vec_core/shapes/formats/mvp.py": (set(), set()),
}

ALL = {"demo", "scans", "solids", "grids"}
TRAINED = ALL - {"grids"}
# Solids are not classified, and of grids there are INRs alone.
NOT_SOLIDS = {
    "probe_weights",
    "probe_bounding_boxes",
    "evaluate_retrieval",
    "plot_tsne",
    "plot_retrieved",
    *CLASSIFYING,
}
NOT_GRIDS = NOT_SOLIDS | {
    "train_encoder",
    "plot_encoder_training",
    "embed_inrs",
    "plot_interpolated",
}

OCC = "inr2vec_core/modalities/occ.py"

# An edit of the tiny config, the rules that follow, and the data sets whose jobs they are.
KEYS = {
    "seed": ("seed: 0", "seed: 1", {"init_inr", *READING}, ALL),
    "points": ("points: 64", "points: 65", READING - MEASURING, {"demo"}),
    "queries": ("points: 48\n    shards: 2\n    queries: {per_shape: 256}",
                "points: 48\n    shards: 2\n    queries: {per_shape: 255}",
                FITTING - MEASURING - {"probe_weights"}, {"scans"}),
    "fitting": ("small: &inr {width: 16, depth: 3, steps: 8", "small: &inr {width: 16, depth: 3, "
                "steps: 9", FITTING, ALL),
    "one INR": ("width: 8,", "width: 9,",
                {"init_inr", *FITTING} - MEASURING - {"probe_weights"}, {"scans"}),
    "encoder": ("epochs: 2\n", "epochs: 3\n", TRAINING, TRAINED),
    "voxels": ("resolution: 8}\n    shards", "resolution: 9}\n    shards", READING - NOT_GRIDS,
               {"grids"}),
    "open meshes": ("field: sdf", "field: sdf\n    open_meshes: reject", READING - NOT_SOLIDS,
                    {"solids"}),
    "reconstructed shapes": ("shapes: 2,", "shapes: 1,", MEASURING, {"solids", "grids"}),
    "classifier": ("dropout: 0.5", "dropout: 0.4", CLASSIFYING, {"demo", "scans"}),
    "linear probe": ("components: 4", "components: 5", {"probe_weights", "table2"}, {"demo"}),
    "forest": ("trees: 5", "trees: 6", {"probe_bounding_boxes", "table2"}, {"demo"}),
    "title": ("title: Demo", "title: Clouds", {"table2", "write_shape_viewer", *FIGURES}, {"demo"}),
    "row": ("weights_probe, bounding_box", "weights_probe", {"table2"}, set()),
    "threads": ("train_threads: 1", "train_threads: 2", set(), set()),
    "precision": ("epochs: 2\n", "epochs: 2\n    precision: tf32\n", TRAINING, TRAINED),
    "bad shapes": ("root: data/scans", "root: data/scans\n    on_bad_shape: fail",
                   {"build_manifest"}, {"scans"}),
    "a default": ("batch: 4}", "batch: 4, loss: bce}", set(), set()),
}  # fmt: skip


@pytest.fixture(scope="module")
def plans(finished_run, tmp_path_factory):
    """What each edit plans: dry runs, as many at a time as there are cores."""

    def plan(edit, *args):
        edited = finished_run[0].light_copy(tmp_path_factory.mktemp("edited") / "project")
        edit(edited, *args)
        return edited.jobs()

    edits = {file: (Workflow.append, file, "EDITED = True") for file in (*CODE, *FORMATS, OCC)}
    edits |= {key: (Workflow.edit, "config.yaml", *KEYS[key][:2]) for key in KEYS}
    pool = ThreadPoolExecutor(os.cpu_count())
    yield {name: pool.submit(plan, *edit) for name, edit in edits.items()}
    pool.shutdown(cancel_futures=True)


def datasets(jobs):
    return {wildcards["dataset"] for _, wildcards in jobs if "dataset" in wildcards}


def test_nothing_reruns_without_an_edit(finished):
    assert not finished.planned()


def test_nothing_reruns_when_every_file_has_a_new_time(finished):
    assert (finished.path / "data/scans/ball/train/big.npy").stat().st_size > 2**20
    finished.touch()
    assert not finished.planned()


def test_nothing_reruns_in_a_new_clone(finished_run, new_copy, tmp_path):
    """Results and .snakemake moved into a new clone with its own copy of the data."""
    clone = new_copy(tmp_path / "clone")
    for folder in ("results", ".snakemake"):
        shutil.copytree(finished_run[0].path / folder, clone.path / folder,
                        copy_function=shutil.copyfile)  # fmt: skip
    assert not clone.planned()


@pytest.mark.parametrize("file", CODE)
def test_edited_code_reruns_what_uses_it(plans, file):
    assert {rule for rule, _ in plans[file].result()} == CODE[file]


@pytest.mark.parametrize("file", FORMATS)
def test_an_edited_layout_reruns_the_data_sets_that_are_read_in_it(plans, file):
    jobs = plans[file].result()
    assert ({rule for rule, _ in jobs}, datasets(jobs)) == FORMATS[file]


def test_an_edited_modality_reruns_the_data_sets_of_its_field(plans):
    jobs = plans[OCC].result()
    assert {rule for rule, _ in jobs} == READING - NOT_GRIDS
    assert datasets(jobs) == {"grids"}


def test_comments_and_docstrings_rerun_nothing(finished):
    finished.append("inr2vec_core/inrs/fitting.py", "# a comment")
    finished.append("workflow_scripts/inrs/fit_inrs.py", "# a comment")
    finished.edit(
        "inr2vec_core/inrs/fitting.py", '"""Fitting many INRs', '"""Fitting many, many INRs'
    )
    finished.edit("config.yaml", "seed: 0", "seed: 0  # a comment")
    assert not finished.planned()


@pytest.mark.parametrize("key", KEYS)
def test_edited_key_reruns_what_reads_it(plans, key):
    _, _, rules, of = KEYS[key]
    jobs = plans[key].result()
    assert {rule for rule, _ in jobs} == rules
    assert datasets(jobs) == of


def test_one_more_seed_runs_only_that_seed(finished):
    finished.edit("config.yaml", "seeds: [0, 1]", "seeds: [0, 1, 2]")
    jobs = finished.jobs()
    assert {rule for rule, _ in jobs} == {"probe_bounding_boxes", *CLASSIFYING}
    assert {wildcards["seed"] for _, wildcards in jobs if "seed" in wildcards} == {"2"}


def test_one_edited_source_reruns_its_shard_and_what_follows(finished):
    np.save(finished.path / "data/scans/ball/test/0.npy", np.eye(3).repeat(40, 0))
    jobs = finished.jobs()
    assert {rule for rule, _ in jobs} == READING - {"probe_weights", "probe_bounding_boxes"}
    assert datasets(jobs) == {"scans", "grids"}  # both are made of this file
    shards = [w["shard"] for _, w in jobs if w.get("dataset") == "scans" and "shard" in w]
    assert len(set(shards)) == 1


def test_a_source_moved_to_another_class_reruns_its_shard(finished):
    data = finished.path / "data/scans"
    (data / "ball").rename(data / "bowl")  # content, order and shards stay
    jobs = finished.jobs("results/scans/shapes.parquet")
    assert [rule for rule, _ in jobs].count("prepare_shapes") == 2


def test_another_data_set_in_the_config_reruns_nothing(finished):
    finished.edit("config.yaml", "datasets:\n", "datasets:\n  more: {reader: procedural}\n")
    finished.edit("config.yaml", "encoders:\n", "encoders:\n  wider: {embedding: 32}\n")
    assert not finished.planned()


def test_results_removed_are_made_again_and_no_more(finished):
    shutil.rmtree(finished.path / "results/demo/retrieval")
    assert not finished.planned(), "an intermediate file is not missed while the table is there"
    shutil.rmtree(finished.path / "results/tables")
    remade = {"evaluate_retrieval": 1, "table2": 1, "table_reconstruction": 1}
    assert finished.planned() == remade
