"""What MkDocs calls while it builds the site: pages made from the code, links to other files."""

import re
from pathlib import Path

import yaml
from mkdocs.structure.files import File
from site_pages.api import api_pages
from site_pages.configuration import configuration_tables
from site_pages.flowchart import flowchart_svg
from site_pages.links import ROOT_PAGES, linked_files, page_of_file, with_site_links
from site_pages.rules import rules_tables

ROOT = Path(__file__).resolve().parent.parent
MADE = re.compile(r"<!-- site: (\w+) -->.*?<!-- site: end -->", re.DOTALL)
MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def on_config(config):
    """Append the pages of the library to the reference."""
    (reference,) = (pages["Reference"] for pages in config.nav if "Reference" in pages)
    reference.append({"Library": list(_api_pages())})
    return config


def on_files(files, config):
    """Add the pages that are made from the code, and one for each file that a page links to."""
    made = _api_pages()
    parts = {
        "configuration": configuration_tables(_schema()),
        "rules": rules_tables(ROOT),
        "library": made.pop("reference/api/index.md"),
    }
    made |= {page: (ROOT / file).read_text(encoding="utf-8") for file, page in ROOT_PAGES.items()}
    texts = {f.src_uri: f.content_string for f in files.documentation_pages()}
    for page, text in texts.items():
        if MADE.search(text):
            files.remove(files.get_file_from_path(page))
            made[page] = MADE.sub(lambda match: parts[match[1]], text)
    linked = {
        file
        for page, text in (texts | made).items()
        for file in linked_files(text, _source(page), ROOT)
    }
    made |= {f"files/{file}.md": page_of_file(file, ROOT) for file in sorted(linked)}
    for page, text in made.items():
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown, page, config, files):
    """Lead links to files of the project to their pages; draw the graph of the rules."""
    if page.file.src_uri.startswith("files/"):
        return markdown
    markdown = with_site_links(markdown, _source(page.file.src_uri), ROOT)
    return MERMAID.sub(lambda block: flowchart_svg(block[1]), markdown)


def _source(page: str) -> str:
    """Where the text of a page lies in the project, or would lie."""
    return {v: k for k, v in ROOT_PAGES.items()}.get(page, f"docs/{page}")


def _schema() -> dict:
    return yaml.safe_load((ROOT / "schemas/config.schema.yaml").read_text(encoding="utf-8"))


def _api_pages() -> dict[str, str]:
    layers = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("layers")[2]
    order = re.findall(r"^\| .*?`(\w+)/` \|", layers, re.MULTILINE)
    return api_pages(ROOT, order)
