"""Layouts are found by the names of their files, and one new file is a new layout."""

import copy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inr2vec_core.geometry.preprocessing import ShapeSettings
from inr2vec_core.geometry.raw import Cloud
from inr2vec_core.shapes import formats
from inr2vec_core.shapes.build import prepare_shapes
from inr2vec_core.shapes.dataset import ShapeDataset
from inr2vec_core.shapes.formats import format_names, load_format
from inr2vec_core.shapes.formats._base import ShapeFormat
from unit.shapes.helpers import raises
from workflow_scripts.common.config import ConfigError, complete_config

ROOT = Path(__file__).resolve().parents[4]
FOLDER = Path(formats.__file__).parent
SCHEMA = ROOT / "schemas" / "config.schema.yaml"
CONFIG = {
    "datasets": {"d": {"reader": "triples", "root": "x"}},
    "inrs": {"i": {}},
    "encoders": {"e": {}},
    "tables": {"table7": [{"dataset": "d", "inr": "i", "methods": ["e"]}]},
}

# Text files with a shape on each line: class, split, and the coordinates of three points.
TRIPLES = '''
"""Clouds of three points."""

from pathlib import Path

from inr2vec_core.errors import BadShape
from inr2vec_core.shapes.catalog import Catalog, ShapeRecord
from inr2vec_core.shapes.formats._base import ShapeFormat


class Format(ShapeFormat):
    """A shape a file: its class, its split, and the coordinates of three points."""

    def catalog(self):
        records = []
        for file in sorted(Path(self.root).glob("*.triple")):
            class_name, split, *_ = file.read_text().split()
            records.append(ShapeRecord(file.stem, class_name, split, str(file)))
        return Catalog(records, [], 0)

    def read_record(self, record):
        import numpy as np

        from inr2vec_core.geometry.raw import Cloud

        numbers = Path(record.path).read_text().split()[2:]
        if len(numbers) != 9:
            raise BadShape(f"{record.path} has {len(numbers)} numbers, not 9")
        return Cloud(np.array(numbers, float).reshape(3, 3))
'''


@pytest.fixture
def triples(tmp_path, monkeypatch):
    """A layout in a folder that is searched too, and the root of a data set in it."""
    layouts, root = tmp_path / "layouts", tmp_path / "root"
    layouts.mkdir()
    root.mkdir()
    (layouts / "triples.py").write_text(TRIPLES)
    (layouts / "_shared.py").write_text("raise RuntimeError")
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(layouts)])
    for k, split in enumerate(("train", "train", "val", "test")):
        (root / f"{k}.triple").write_text(f"thing {split} 0 0 0 1 0 0 0 {k} 1")
    (root / "4.triple").write_text("thing test 0 0")
    yield root
    sys.modules.pop(f"{formats.__name__}.triples", None)


def test_every_file_is_a_layout():
    names = format_names()
    assert set(names) >= {
        "folder", "labeled_meshes", "modelnet_h5", "mvp", "occupancy_networks", "pairs",
        "procedural", "shapenet_part", "shapenet_part_h5",
    }  # fmt: skip
    assert names == sorted(path.stem for path in FOLDER.glob("[!_]*.py"))
    for name in names:
        assert issubclass(load_format(name), ShapeFormat)
    for name in ("labeled_meshes", "procedural", "shapenet_part", "shapenet_part_h5"):
        assert load_format(name).has_parts
    for name in ("folder", "modelnet_h5", "mvp", "occupancy_networks", "pairs"):
        assert not load_format(name).has_parts
        assert load_format(name).needs_root
    assert not load_format("procedural").needs_root


@pytest.mark.parametrize("name", ["hdf5", "_base", "", "../folder"])
def test_unknown_names_are_refused(name):
    with raises(f"unknown reader {name!r}", f"use one of {', '.join(format_names())}"):
        load_format(name)


def test_a_file_without_a_format_is_named(triples, tmp_path):
    (tmp_path / "layouts" / "empty_layout.py").write_text("")
    with raises("empty_layout.py defines no class Format"):
        load_format("empty_layout")
    sys.modules.pop(f"{formats.__name__}.empty_layout")


BROKEN = {
    "": "broken.py defines no class Format",
    "class Format(:": "broken.py, line 1: invalid syntax",
    "import nothing_there": "broken.py, line 1: ModuleNotFoundError: No module named",
    "class Format: pass": "broken.py: Format is not derived from ShapeFormat",
    "Format = 1": "broken.py: Format is not derived from ShapeFormat",
    "from inr2vec_core.shapes.formats._base import ShapeFormat\nclass Format(ShapeFormat): pass":
        "broken.py: Format does not define catalog",
}  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_is_named_when_the_config_is_checked(triples, tmp_path, text):
    (tmp_path / "layouts" / "broken.py").write_text(text)
    config = copy.deepcopy(CONFIG)
    config["datasets"]["d"]["reader"] = "broken"
    with pytest.raises(ConfigError) as error:
        complete_config(config, SCHEMA)
    (line,) = str(error.value).splitlines()
    assert line.startswith("  datasets.d.reader: ") and BROKEN[text] in line

    config["datasets"]["d"]["reader"] = "folder"  # a broken layout that no data set has
    with pytest.raises(ConfigError, match=r"the reader folder of d knows no parts; labeled_meshes"):
        complete_config(config, SCHEMA)
    sys.modules.pop(f"{formats.__name__}.broken", None)


@pytest.mark.parametrize("returned", ["None", "[], [], 0", "Catalog(None, [], 0)"])
def test_a_catalog_of_another_kind_is_named(triples, tmp_path, returned):
    text = TRIPLES.replace("return Catalog(records, [], 0)", f"return {returned}")
    (tmp_path / "layouts" / "triples.py").write_text(text)
    with raises("formats/triples.py: catalog", "returned a .*: return Catalog"):
        ShapeDataset("triples", str(triples)).catalog()


def test_a_new_file_is_listed_read_and_known_to_the_config(triples):
    assert "triples" in format_names() and "_shared" not in format_names()
    dataset = ShapeDataset("triples", str(triples), shards=2)
    catalog = dataset.catalog()
    assert [record.split for record in catalog.records] == ["train", "train", "val", "test", "test"]
    assert dataset.files(catalog, 1) == [str(triples / f"{k}.triple") for k in (1, 3)]
    read = [geometry for _, geometry in dataset.read(catalog.records)]
    assert isinstance(read[0], Cloud)
    np.testing.assert_array_equal(read[3].points[2], [0, 3, 1])
    shard = prepare_shapes(dataset.read(catalog.records), ShapeSettings(points=3), 0, seed=0)
    assert shard.columns["shape_id"] == ["0", "1", "2", "3"]
    assert "has 2 numbers, not 9" in shard.rejected[0].reason

    config = copy.deepcopy(CONFIG) | {"tables": {}}
    assert complete_config(config, SCHEMA)["datasets"]["d"]["reader"] == "triples"
    with pytest.raises(ConfigError, match="the reader triples of d knows no parts"):
        complete_config(copy.deepcopy(CONFIG), SCHEMA)


def test_a_config_with_an_unknown_reader_names_those_that_there_are():
    known = ", ".join(map(repr, format_names()))
    with pytest.raises(ConfigError, match=rf"datasets\.d\.reader: 'triples'.*{known}"):
        complete_config(copy.deepcopy(CONFIG), SCHEMA)


def test_listing_and_discovering_loads_nothing_heavy(tmp_path):
    (tmp_path / "chair" / "train").mkdir(parents=True)
    (tmp_path / "chair" / "train" / "a.off").touch()
    code = (
        "import sys\n"
        "from inr2vec_core.shapes.dataset import ShapeDataset\n"
        "from inr2vec_core.shapes.formats import format_names, load_format\n"
        "assert len([load_format(name) for name in format_names()]) >= 9\n"
        f"assert len(ShapeDataset('folder', {str(tmp_path)!r}).format.catalog().records) == 1\n"
        "assert len(ShapeDataset('procedural').catalog().records) > 1000\n"
        "heavy = {'numpy', 'h5py', 'torch', 'trimesh', 'open3d', 'pandas'}\n"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout.strip() == "set()", done.stdout + done.stderr
