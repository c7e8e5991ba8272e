"""What the readers of text files share."""


def text_lines(text: str) -> list[str]:
    """The lines without comments, stripped; blank ones are left out."""
    lines = text.splitlines()
    if "#" in text:
        lines = [line.split("#", 1)[0] for line in lines]
    return [line for line in map(str.strip, lines) if line]
