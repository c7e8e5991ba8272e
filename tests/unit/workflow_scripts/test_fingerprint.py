"""Fingerprints of code: what counts and what does not."""

from pathlib import Path

import pytest

from workflow_scripts.common.fingerprint import ProjectCode

ROOT = Path(__file__).parents[3]

TREE = {
    "workflow_scripts/inrs/fit.py": (
        "from workflow_scripts.common.job import run\nfrom inr2vec_core.a import f\n"
    ),
    "workflow_scripts/common/job.py": "from inr2vec_core import storage\n\ndef run(): pass\n",
    "inr2vec_core/__init__.py": '"""The package."""\n',
    "inr2vec_core/a.py": "def f():\n    from .b import g\n    return g()\n",  # inside a function
    "inr2vec_core/b.py": "from .sub import deep\nimport numpy\n\ndef g():\n    return 1\n",
    "inr2vec_core/sub/__init__.py": "from . import inner\n",
    "inr2vec_core/sub/deep.py": "from ..top import T\n",
    "inr2vec_core/sub/inner.py": "import inr2vec_core.dotted\n",
    "inr2vec_core/top.py": "T = 1\n",
    "inr2vec_core/dotted.py": "D = 1\n",
    "inr2vec_core/storage.py": "S = 1\n",
    "inr2vec_core/unrelated.py": "from . import a\nU = 1\n",
    "workflow_scripts/inrs/other.py": "from workflow_scripts.inrs import fit\n",
}


@pytest.fixture
def tree(tmp_path):
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def version(root):
    return ProjectCode(root).version("inrs/fit.py")


def append(path, text):
    path.write_text(path.read_text() + text)


@pytest.mark.parametrize("name", [n for n in TREE if "unrelated" not in n and "other" not in n])
def test_code_of_every_module_in_the_closure_counts(tree, name):
    before = version(tree)
    append(tree / name, "\nNEW = 1\n")
    assert version(tree) != before


@pytest.mark.parametrize("name", ["inr2vec_core/unrelated.py", "workflow_scripts/inrs/other.py"])
def test_other_modules_do_not_count(tree, name):
    before = version(tree)
    append(tree / name, "\nNEW = 1\n")
    assert version(tree) == before


def test_a_module_that_is_imported_by_name_counts_where_it_is_given(tree):
    def found():
        code = ProjectCode(tree)
        return code.version("inrs/fit.py"), code.version("inrs/fit.py", "inr2vec_core/unrelated.py")

    before = found()
    append(tree / "inr2vec_core/unrelated.py", "\nNEW = 1\n")
    without, with_it = found()
    assert without == before[0]
    assert with_it != before[1]


MODALITY = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from inr2vec_core import hints

class Field:
    title = "{title}"

    def sample(self):
        from inr2vec_core.sampling import s
        return s

    def rebuild(self):
        return self.helper()

    def helper(self):
        from inr2vec_core.extraction import e
        return e
"""


@pytest.fixture
def fields(tree):
    """A tree whose script samples queries of a modality, and never reconstructs anything."""
    folder = tree / "inr2vec_core/modalities"
    folder.mkdir()
    (folder / "__init__.py").write_text("from importlib import import_module\n")
    for name in ("udf", "occ"):
        (folder / f"{name}.py").write_text(MODALITY.format(title=name))
    for name in ("hints", "sampling", "extraction"):
        (tree / f"inr2vec_core/{name}.py").write_text("")
    append(tree / "inr2vec_core/b.py", "from .modalities import modality\nm = modality('')\n")
    append(tree / "inr2vec_core/b.py", "m.sample()\n")
    return tree


@pytest.mark.parametrize("field", ["udf", "occ", None])
@pytest.mark.parametrize("edited", ["udf", "occ"])
def test_a_script_has_the_code_of_its_modality_or_of_all(fields, field, edited):
    code = ProjectCode(fields).version("inrs/fit.py", field=field)
    append(fields / f"inr2vec_core/modalities/{edited}.py", "\nNEW = 1\n")
    again = ProjectCode(fields).version("inrs/fit.py", field=field)
    assert (again != code) == (field in (edited, None))


def test_a_new_modality_counts_where_any_may_be_used(fields):
    before = version(fields)
    (fields / "inr2vec_core/modalities/sdf.py").write_text("")
    assert version(fields) != before


def edit(path, old, new):
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize("called", [False, True])
def test_of_a_modality_only_methods_that_may_be_called_count(fields, called):
    if called:
        append(fields / "inr2vec_core/top.py", "def again(m):\n    return m.rebuild\n")
    versions = [version(fields)]
    append(fields / "inr2vec_core/extraction.py", "E = 1\n")  # imported by what `rebuild` calls
    versions.append(version(fields))
    edit(fields / "inr2vec_core/modalities/udf.py", "return e\n", "return e + 1\n")
    versions.append(version(fields))
    assert len(set(versions)) == (3 if called else 1)


@pytest.mark.parametrize(("file", "old", "new"), [
    ("modalities/udf.py", "return s\n", "return s + 1\n"),
    ("modalities/udf.py", 'title = "udf"', 'title = "cloud"'),
    ("sampling.py", "", "S = 1\n"),
])  # fmt: skip
def test_of_a_modality_what_is_used_counts(fields, file, old, new):
    before = version(fields)
    edit(fields / "inr2vec_core" / file, old, new)
    assert version(fields) != before


def test_what_only_type_checkers_import_does_not_count(fields):
    before = version(fields)
    append(fields / "inr2vec_core/hints.py", "H = 1\n")
    assert version(fields) == before


def test_comments_docstrings_and_layout_do_not_count(tree):
    before = version(tree)
    (tree / "inr2vec_core/b.py").write_text(
        '"""About b."""\n# comment\nfrom .sub import deep\n\n\nimport numpy\n'
        'def g( ):\n    """Returns one."""\n    return (1)  # here\n'
    )
    assert version(tree) == before


def test_a_text_that_is_no_docstring_counts(tree):
    before = version(tree)
    (tree / "inr2vec_core/b.py").write_text(
        "from .sub import deep\nimport numpy\n\ndef g():\n    return 'one'\n"
    )
    assert version(tree) != before


def test_a_module_that_comes_into_being_counts(tree):
    append(tree / "inr2vec_core/a.py", "try:\n    from . import late\nexcept ImportError: pass\n")
    before = version(tree)
    (tree / "inr2vec_core/late.py").write_text("L = 1\n")
    assert version(tree) != before


def test_import_cycles_end(tree):
    append(tree / "inr2vec_core/top.py", "from . import a\n")
    assert len(version(tree)) == 16


@pytest.mark.parametrize("script", sorted(
    p.relative_to(ROOT / "workflow_scripts").as_posix()
    for p in (ROOT / "workflow_scripts").glob("*/[!_]*.py")))  # fmt: skip
def test_every_script_of_the_project_has_a_version(script):
    assert len(ProjectCode(ROOT).version(script)) == 16
