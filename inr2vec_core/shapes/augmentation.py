"""What tables say of the augmentation that a method was trained with."""

from collections import Counter
from collections.abc import Iterable
from statistics import median_low

from inr2vec_core.io.copies import original_ids

NONE, ONLINE = "none", "online"


def name_of_online(augment: bool) -> str:
    """Name the augmentation of a network: of views drawn anew in each epoch, or none."""
    return ONLINE if augment else NONE


def name_of_copies(shape_ids: Iterable[str]) -> str:
    """Name the augmentation by copies that were made beforehand, such as "20 copies".

    The number is a median, so that neither INRs that diverged nor single shapes whose names look
    like those of copies change it.

    Args:
        shape_ids: ids of all training shapes, copies among them.

    Returns:
        "none", "1 copy" or the number of copies.
    """
    originals = original_ids(list(shape_ids))
    sizes = Counter(originals)
    n = median_low(sizes[original] for original in originals) - 1 if originals else 0
    return f"{n} cop{'y' if n == 1 else 'ies'}" if n else NONE
