"""Folders of partial clouds beside complete ones."""

from __future__ import annotations

from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, existing_folder
from inr2vec_core.shapes.formats.folder import EXTENSIONS, list_folder, scan_folder


def list_pairs(root: str | Path, test_fraction: float | None = None, seed: int = 0) -> Catalog:
    """Lists the complete clouds of `complete/`, beside which `partial/` has files of those names.

    Both folders have one of the layouts of `sources.list_folder`. Shapes without a partial cloud
    are set aside, and so are partial clouds without a complete one.

    Raises:
        InputError: as `sources.list_folder`; or no names agree.
    """
    root = existing_folder(root)
    listing = list_folder(root / "complete", test_fraction, seed)
    partial = {file.shape_id: file.path for file in _partial_files(root)}
    both = [source for source in listing.sources if source.shape_id in partial]
    if not both:
        raise InputError(
            f"{root}: of {len(listing.sources)} files in complete/ and {len(partial)} in partial/ "
            "no two have the same name: name each partial cloud as its complete one"
        )
    rejected = list(listing.rejected)
    for source in listing.sources:
        if source.shape_id not in partial:
            reason = f"no file of this name in {root / 'partial'}: add its partial cloud"
            rejected.append(Rejected(source.shape_id, source.path, reason))
    for name in sorted(set(partial) - {source.shape_id for source in listing.sources}):
        reason = f"no file of this name in {root / 'complete'}: add its complete cloud"
        rejected.append(Rejected(name, partial[name], reason))
    return Catalog(both, rejected, listing.ignored)


def _partial_files(root: Path):
    return scan_folder(existing_folder(root / "partial"), EXTENSIONS).files
