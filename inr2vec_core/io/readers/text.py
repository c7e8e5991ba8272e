"""What the readers of text files share."""

from inr2vec_core.errors import BadShape


def text_lines(text: str) -> list[str]:
    """The lines without comments, stripped; blank ones are left out."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def check_line_count(lines: list[str], declared: int) -> None:
    if len(lines) < declared:
        raise BadShape(f"truncated: {len(lines)} of the {declared} lines its header declares")


def check_last_face(lines: list[str]) -> None:
    """Check that a last line such as "3 0 1 2" has as many corners as it says."""
    if lines:
        number, *corners = lines[-1].split()
        if len(corners) < int(number):
            raise BadShape(f"truncated: its last face has {len(corners)} of {number} corners")
