"""Links from pages of the site to other files of the project."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

# Pages of the site that lie beside docs/.
ROOT_PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<=\]\()([^\s()<>#:]+)(?=[)#])")
LANGUAGES = {".py": "python", ".smk": "python", ".yaml": "yaml", ".toml": "toml", ".cff": "yaml"}


def linked_files(text: str, file: str, root: Path) -> Iterator[str]:
    """The files of the project outside the site that a document links to, as paths in it."""
    for part in FENCE.split(text)[::2]:
        for link in LINK.findall(part):
            target = _target(link, file)
            if (site_path(target, root) or "").startswith("files/"):
                yield target


def with_site_links(text: str, file: str, root: Path) -> str:
    """The text with its links between files of the project as links between pages of the site.

    Links to what is not there stay as they are: MkDocs reports them.

    Args:
        text: Markdown.
        file: where it lies in the project, as `docs/guides/pairs.md`.
        root: the project's folder.
    """
    start = posixpath.dirname(site_path(file, root) or "")

    def replaced(match):
        target = site_path(_target(match[1], file), root)
        return match[1] if target is None else posixpath.relpath(target, start or ".")

    parts = FENCE.split(text)
    parts[::2] = [LINK.sub(replaced, part) for part in parts[::2]]
    return "".join(parts)


def site_path(file: str, root: Path) -> str | None:
    """Where a file of the project lies in the site; None for what it has no page for."""
    if file.startswith("docs/"):
        return file.removeprefix("docs/")
    if file in ROOT_PAGES:
        return ROOT_PAGES[file]
    return f"files/{file}.md" if (root / file).is_file() else None


def page_of_file(file: str, root: Path) -> str:
    """A page that shows a file of the project."""
    text = (root / file).read_text(encoding="utf-8").rstrip()
    language = LANGUAGES.get(posixpath.splitext(file)[1], "text")
    return f"---\nsearch: {{exclude: true}}\n---\n\n# `{file}`\n\n````{language}\n{text}\n````\n"


def _target(link: str, file: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), link))
