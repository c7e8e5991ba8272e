"""The names of augmentations in tables."""

import pytest

from inr2vec_core.io.copies import copy_id
from inr2vec_core.shapes.augmentation import name_of_copies, name_of_online


def with_copies(n, shapes=5):
    return [copy_id(f"chair/{k}", copy) for k in range(shapes) for copy in range(n + 1)]


@pytest.mark.parametrize(
    "ids, name",
    [
        ([], "none"),
        (with_copies(0), "none"),
        (with_copies(1), "1 copy"),
        (with_copies(20), "20 copies"),
        ([i for i in with_copies(20, 8) if i not in ("chair/0", "chair/1@7", "chair/2@20")],
         "20 copies"),  # INRs that diverged
        (["a", "a@2x", "b@1", "c@1", "d@9"], "none"),  # whose names only look like copies'
        (["a", "a@1", "b", "c"], "none"),
        (["a@1", "b@1"], "none"),
        (["1", "2"], "none"),
        (["a@1", "a@1@1", "a@1@2", "b", "b@1", "b@2"], "2 copies"),
    ],
)  # fmt: skip
def test_copies_are_counted_by_their_ids(ids, name):
    assert name_of_copies(ids) == name


def test_networks_are_augmented_online_or_not():
    assert [name_of_online(augment) for augment in (True, False)] == ["online", "none"]
