"""The reference of the library."""

from pathlib import Path

import pytest

from docs.site_pages.api import api_pages, exported_names, packages

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def root(tmp_path):
    """A library of two packages, one of which imports nothing at its top."""
    files = {
        "__init__.py": '"""All."""\n',
        "errors.py": '"""Errors."""\n',
        "__init__.pyi": "from inr2vec_core.io.files import Reader as Reader\n",
        "io/__init__.py": "",
        "io/files.py": 'class Reader:\n    """Reads.\n\n    All of it.\n    """\n',
        "io/_hidden.py": "",
        "ops/__init__.py": '"""Ops."""\n',
        "ops/inner/sums.py": "",
    }
    for name, text in files.items():
        file = tmp_path / "inr2vec_core" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_public_modules_by_package(root):
    assert packages(root) == {
        "": ["inr2vec_core", "inr2vec_core.errors"],
        "io": ["inr2vec_core.io.files"],
        "ops": ["inr2vec_core.ops", "inr2vec_core.ops.inner.sums"],
    }


def test_a_page_for_each_package_in_the_order_of_layers(root):
    pages = api_pages(root, ["ops", "io"])
    assert list(pages) == [f"reference/api/{p}.md" for p in ("index", "inr2vec_core", "ops", "io")]
    assert "::: inr2vec_core.io.files\n" in pages["reference/api/io.md"]
    assert (
        "| [`Reader`][inr2vec_core.io.files.Reader] | Reads. |" in pages["reference/api/index.md"]
    )


def test_names_of_the_package(root):
    assert exported_names(root) == {"Reader": ("inr2vec_core.io.files.Reader", "Reads.")}


def test_every_module_of_the_library_is_on_a_page():
    pages = "".join(api_pages(ROOT, []).values())
    files = [p for p in (ROOT / "inr2vec_core").rglob("*.py") if not p.name.startswith("_")]
    modules = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in files]
    assert len(modules) > 100
    assert all(f"::: {module}\n" in pages for module in modules if "._" not in module)
