"""What MkDocs calls while it builds the site: pages made from the code, links to other files."""

import re
from pathlib import Path

import yaml
from mkdocs.structure.files import File
from site_pages.api import api_pages
from site_pages.configuration import configuration_page
from site_pages.flowchart import flowchart_svg
from site_pages.links import ROOT_PAGES, linked_files, page_of_file, with_site_links
from site_pages.rules import rules_page

ROOT = Path(__file__).resolve().parent.parent
MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def on_config(config):
    """Append the pages of the library to the reference."""
    (reference,) = (pages["Reference"] for pages in config.nav if "Reference" in pages)
    reference.append({"Library": list(_api_pages())})
    return config


def on_files(files, config):
    """Add the pages that are made from the code, and one for each file that a page links to."""
    schema = yaml.safe_load((ROOT / "schemas/config.schema.yaml").read_text(encoding="utf-8"))
    made = {"reference/configuration.md": configuration_page(schema)}
    made |= {"reference/rules.md": rules_page(ROOT), **_api_pages()}
    made |= {page: (ROOT / file).read_text(encoding="utf-8") for file, page in ROOT_PAGES.items()}
    texts = {_source(page): text for page, text in made.items()}
    texts |= {_source(f.src_uri): f.content_string for f in files.documentation_pages()}
    linked = {target for file, text in texts.items() for target in linked_files(text, file, ROOT)}
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


def _api_pages() -> dict[str, str]:
    layers = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("layers")[2]
    order = re.findall(r"^\| .*?`(\w+)/` \|", layers, re.MULTILINE)
    return api_pages(ROOT, order)
