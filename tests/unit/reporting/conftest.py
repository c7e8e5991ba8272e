"""Tables that the tests of tidy rows and of Markdown share."""

import pandas as pd
import pytest

from inr2vec_core.io.sealed import write_json
from inr2vec_core.reporting.tables import add_paper_values, read_metrics


@pytest.fixture
def files(tmp_path):
    results = [
        {"method": "inr2vec", "seed": 0, "accuracy": 0.80, "augmentation": "2 copies"},
        {"method": "inr2vec", "seed": 1, "accuracy": 0.90, "augmentation": "2 copies"},
        {"method": "inr2vec", "hit@1": 0.75, "augmentation": "2 copies"},
        {"method": "bounding_box", "accuracy": 0.5, "oob": 1.0},
    ]
    for k, result in enumerate(results):
        common = {"dataset": "demo", "inr": "small", "n_test": 40}
        write_json(tmp_path / f"{k}.json", common | result)
    return [tmp_path / f"{k}.json" for k in range(len(results))]


@pytest.fixture
def table(files):
    table = read_metrics(files, ("accuracy", "hit@1"))
    table.insert(1, "modality", "point cloud")
    paper = pd.DataFrame([
        {"method": "inr2vec", "modality": "point cloud", "dataset": "demo", "metric": "accuracy",
         "value": 87.0},
        {"method": "inr2vec", "modality": "mesh", "dataset": "demo", "metric": "hit@1",
         "value": 99.0},
    ])  # fmt: skip
    return add_paper_values(table, paper)


@pytest.fixture
def network_table(tmp_path):
    """Two seeds of a network, of which one has not converged, and inr2vec."""
    for seed, converged in enumerate((True, False)):
        write_json(tmp_path / f"{seed}.json", {
            "dataset": "demo", "inr": "small", "method": "pointnet", "seed": seed, "n_test": 40,
            "accuracy": 0.9, "epochs": 50, "n_points": 512, "converged": converged,
            "augmentation": "online",
        })  # fmt: skip
    write_json(tmp_path / "2.json",
        {"dataset": "demo", "inr": "small", "method": "inr2vec", "n_test": 40, "accuracy": 0.8}
    )  # fmt: skip
    return read_metrics([tmp_path / f"{k}.json" for k in range(3)], ["accuracy"])


@pytest.fixture
def reconstructions():
    """A row for each reconstructed shape, as it is evaluated."""
    return pd.DataFrame({
        "split": ["train", "test", "test", "test"], "found": [True, True, True, False],
        "chamfer": [0.001, 0.002, 0.004, None], "f_score": [0.9, 0.5, 0.7, 0.0],
        "stray": [0.5, 0.1, 0.0, None], "watertight": [True, True, False, None],
    })  # fmt: skip


@pytest.fixture
def draws():
    """A row for each class and draw of generated shapes."""
    return pd.DataFrame(
        {"class": ["a", "a", "b", "b"], "draw": ["draw 0", "draw 1"] * 2, "n": [3, 3, 5, 5],
         "COV-CD": [40.0, 60.0, 10.0, 30.0]}
    )  # fmt: skip
