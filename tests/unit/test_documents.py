"""What the documents name is there."""

import re
from pathlib import Path

import pytest

from docs.site_pages.links import FENCE, LINK

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
)
# A path of the project in backticks or as the target of a link; those with <> or * stand for many.
NAMED = re.compile(
    r"(?:`|\]\()((?:\.\./)*(?:inr2vec_core|rules|workflow_scripts|tests|benchmarks|docs|configs|"
    r"schemas|profiles|envs|report)/[\w./-]*)(?=`|\))"
)
MADE_BY_READERS = {"inr2vec_core/encoders/my_encoder.py"}


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name != "CHANGELOG.md"])
def test_files_that_a_document_names_are_there(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = {path.replace("../", "") for path in NAMED.findall(text)} - MADE_BY_READERS
    missing = sorted(path for path in named if not (ROOT / path).exists())
    assert not missing, f"{document} names {missing}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_of_a_document_lead_to_files(document):
    """The site's strict build checks links between pages; these hold without the site, too."""
    text = "".join(FENCE.split((ROOT / document).read_text(encoding="utf-8"))[::2])
    folder = (ROOT / document).parent
    missing = [link for link in LINK.findall(text) if not (folder / link).exists()]
    assert not missing, f"{document} links to {missing}"


def test_documents_name_files_at_all():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert len(NAMED.findall(text)) > 20


def test_the_guide_of_the_library_runs(tmp_path, monkeypatch):
    text = (ROOT / "docs/guides/library.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks:
        exec(block, names)
    assert names["points"].shape == (2048, 3)
    assert names["batch"]["weights"].shape == (4, len(names["data"][0]["weights"]))


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 900
