"""What the tests of readers share."""

import pytest

from inr2vec_core.errors import BadShape
from inr2vec_core.io.readers import read_geometry


def bad(file, *parts):
    """Expects a BadShape that names the file and holds these parts, on one line."""
    with pytest.raises(BadShape, match=".*".join([file.name, *parts])) as caught:
        read_geometry(file)
    assert "\n" not in str(caught.value)
