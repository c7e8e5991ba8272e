"""One way to list any data set's shapes, and their spread over shards.

Standard library only at the top, as in `sources.py`: the Snakefile imports this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, ShapeRecord, existing_folder
from inr2vec_core.shapes.formats import modelnet_h5
from inr2vec_core.shapes.formats.folder import EXTENSIONS, list_folder, scan_folder
from inr2vec_core.shapes.formats.labeled_meshes import MESHES, labels_file, list_labeled_meshes
from inr2vec_core.shapes.formats.modelnet_h5 import SHAPENET_PART, all_files, list_modelnet_h5
from inr2vec_core.shapes.formats.mvp import list_mvp
from inr2vec_core.shapes.formats.occupancy_networks import list_occupancy_networks
from inr2vec_core.shapes.formats.pairs import list_pairs
from inr2vec_core.shapes.formats.procedural import list_procedural
from inr2vec_core.shapes.formats.shapenet_part import list_shapenet_part
from inr2vec_core.shapes.pairing import partial_sources
from inr2vec_core.shapes.splits import cut_validation, draw

READERS = (
    "procedural", "folder", "modelnet_h5", "shapenet_part_h5", "shapenet_part", "labeled_meshes",
    "mvp", "pairs", "occupancy_networks",
)  # fmt: skip


def source_files(reader: str, root: str | Path) -> list[Path]:
    """The files that a data set is made of, sorted; none for procedural shapes.

    Raises:
        InputError: root is missing, no folder or holds no shapes, or the reader is unknown.
    """
    if reader not in READERS:
        raise InputError(f"unknown reader {reader!r}: use one of {', '.join(READERS)}")
    if reader == "procedural":
        return []
    root = existing_folder(root)
    if reader == "modelnet_h5":
        return modelnet_h5.all_files(root)
    if reader == "shapenet_part_h5":
        return modelnet_h5.all_files(root, modelnet_h5.SHAPENET_PART)
    if reader == "shapenet_part":
        return all_files(root)
    meshes = MESHES if reader == "labeled_meshes" else EXTENSIONS
    files = [Path(file.path) for file in scan_folder(root, meshes).files]
    if reader == "labeled_meshes":
        files += [labels for file in files if (labels := labels_file(file)).exists()]
    return sorted(files)


@dataclass(frozen=True)
class ShapeDataset:
    """Where a data set's shapes come from; the fields that a reader has no use for are ignored.

    Attributes:
        reader: one of `sources.READERS`.
        counts: procedural training, validation and test shapes a class.
        validation_fraction: share of a class's training shapes that becomes the validation
            split where the source has none.
        test_fraction: share of a class that becomes the test split, for the layout class/*.
        limit: only so many complete shapes, drawn by the seed; None is all.
        side: "complete", or "partial" for their partial clouds, which have their splits.
        views: partial clouds of each shape, where the reader has none itself.
    """

    reader: str
    root: str = ""
    classes: Sequence[str] = ()
    counts: tuple[int, int, int] = (60, 10, 20)
    validation_fraction: float = 0.1
    test_fraction: float | None = None
    limit: int | None = None
    side: str = "complete"
    views: int = 1
    shards: int = 1
    seed: int = 0

    def listing(self) -> Catalog:
        """All shapes with their splits, sorted by id.

        Raises:
            InputError: see `sources.py`; or there are fewer shapes than shards.
        """
        if self.reader == "procedural":
            from inr2vec_core.shapes.procedural import CLASSES

            listing = list_procedural(self.classes or CLASSES, *self.counts)
        elif self.reader == "modelnet_h5":
            listing = list_modelnet_h5(self.root)
        elif self.reader == "shapenet_part_h5":
            listing = list_modelnet_h5(self.root, SHAPENET_PART)
        elif self.reader == "shapenet_part":
            listing = list_shapenet_part(self.root)
        elif self.reader == "labeled_meshes":
            listing = list_labeled_meshes(self.root, self.test_fraction, self.seed)
        elif self.reader == "mvp":
            listing = list_mvp(self.root)
        elif self.reader == "pairs":
            listing = list_pairs(self.root, self.test_fraction, self.seed)
        elif self.reader == "occupancy_networks":
            listing = list_occupancy_networks(self.root)
        elif self.reader == "folder":
            listing = list_folder(self.root, self.test_fraction, self.seed)
        else:
            raise InputError(f"unknown reader {self.reader!r}")
        if self.reader != "procedural":
            sources = cut_validation(listing.sources, self.validation_fraction, self.seed)
            listing = listing._replace(sources=sources)
        if self.limit is not None:
            listing = listing._replace(sources=draw(listing.sources, self.limit, self.seed))
        if self.side == "partial":
            views = partial_sources(self.reader, self.root, listing.sources, self.views)
            listing = listing._replace(sources=list(views))
        if len(listing.sources) < self.shards:
            raise InputError(
                f"{self.root or self.reader}: {len(listing.sources)} shapes cannot fill "
                f"{self.shards} shards; set the data set's `shards` to at most that"
            )
        return listing

    def shard(self, listing: Catalog, shard: int) -> list[ShapeRecord]:
        """The shapes of one shard: every `shards`-th of the list."""
        return listing.sources[shard :: self.shards]

    def files(self, listing: Catalog, shard: int) -> list[str]:
        """The files that a shard's shapes are read from."""
        if self.reader in ("procedural", "modelnet_h5", "shapenet_part_h5"):
            return [str(path) for path in source_files(self.reader, self.root)]
        sources = self.shard(listing, shard)
        files = {path for source in sources for path in (source.path, source.whole) if path}
        if self.reader == "labeled_meshes":
            files |= {str(labels_file(source.path)) for source in sources}
        return sorted(files)
