"""What the tests of figures share."""

import matplotlib.image


def assert_png_that_is_not_blank(plot, folder):
    """Draw with `plot(path)` and look at the file."""
    path = folder / "temporary.tmp"  # as `atomic` names files, without .png
    plot(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    pixels = matplotlib.image.imread(path, format="png")
    height, width, _ = pixels.shape
    assert height > 150 and width > 150
    assert 0.002 < (pixels[..., :3] < 0.9).any(2).mean() < 0.9
