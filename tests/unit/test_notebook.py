"""The notebook of the documentation runs from its first cell to its last."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "notebooks" / "quickstart.ipynb"
# Without Jupyter: the cells in one namespace; what would be shown is counted.
RUN = """
import json, sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

shown, names = [], {"__name__": "__main__"}
plt.show = lambda: (shown.append(plt.gcf().axes), plt.close("all"))
for source in json.load(sys.stdin):
    exec(compile(source, "a cell", "exec"), names)
turning = names["file"].getvalue()
print(json.dumps({"figures": len(shown), "hits": float(names["hits"]),
                  "gif": turning[:3].decode(), "frames": len(names["frames"])}))
"""


@pytest.fixture(scope="module")
def cells():
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def code_of(cells):
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_every_cell_runs(cells, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(code_of(cells)), text=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["figures"], said["gif"], said["frames"]) == (6, "GIF", 24)
    assert said["hits"] > 0.5  # by chance 0.08


def test_it_is_kept_as_it_ran(cells):
    """All code cells have their outputs, of one run in order, and no errors."""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [one for cell in code for one in cell["outputs"]]
    assert not [one for one in outputs if one["output_type"] == "error"]
    pictures = [one for one in outputs if {"image/png", "image/gif"} & set(one.get("data", {}))]
    assert len(pictures) == 7
    assert NOTEBOOK.stat().st_size < 3e6
