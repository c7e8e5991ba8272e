"""Links between files of the project, as links between pages of the site."""

import pytest

from docs.site_pages.links import linked_files, page_of_file, with_site_links


@pytest.fixture
def root(tmp_path):
    documents = ("README.md", "CONTRIBUTING.md", "docs/inits.md", "docs/guides/a.md")
    for file in (*documents, "rules/x.smk"):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("include: 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "link", "on_site"),
    [
        ("README.md", "docs/inits.md#copies", "inits.md#copies"),
        ("README.md", "rules/x.smk", "files/rules/x.smk.md"),
        ("docs/inits.md", "../CONTRIBUTING.md", "contributing.md"),
        ("docs/inits.md", "guides/a.md", "guides/a.md"),
        ("docs/guides/a.md", "../../rules/x.smk", "../files/rules/x.smk.md"),
        ("docs/guides/a.md", "../../README.md", "../index.md"),
        ("docs/guides/a.md", "../inits.md", "../inits.md"),
        ("docs/guides/a.md", "../../rules/gone.smk", "../../rules/gone.smk"),  # MkDocs reports it
        ("docs/inits.md", "https://example.org/a.md", "https://example.org/a.md"),
        ("docs/inits.md", "#copies", "#copies"),
    ],
)
def test_links_lead_to_pages(root, file, link, on_site):
    assert with_site_links(f"see [it]({link}).", file, root) == f"see [it]({on_site})."


def test_code_stays_as_it_is(root):
    text = "```\nrow[0](rules/x.smk)\n```\n"
    assert with_site_links(text, "README.md", root) == text
    assert not list(linked_files(text, "README.md", root))


def test_only_files_that_are_no_pages_are_shown(root):
    text = "[a](rules/x.smk) [b](docs/inits.md) [c](CONTRIBUTING.md) [d](gone.py)"
    assert list(linked_files(text, "README.md", root)) == ["rules/x.smk"]
    assert "````python\ninclude: 1\n````" in page_of_file("rules/x.smk", root)
