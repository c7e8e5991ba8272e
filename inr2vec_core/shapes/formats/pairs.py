"""Folders of partial clouds beside complete ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from inr2vec_core.errors import InputError
from inr2vec_core.shapes.catalog import Catalog, Rejected, ShapeRecord
from inr2vec_core.shapes.formats import folder
from inr2vec_core.shapes.formats._base import ShapeFormat
from inr2vec_core.shapes.formats._files import existing_folder
from inr2vec_core.shapes.pairing import partial_id


class Format(ShapeFormat):
    """Complete clouds in `complete/`, and in `partial/` one partial cloud of each, of its name.

    Both folders are arranged as in the layout `folder`.
    """

    def catalog(self) -> Catalog:
        """List the complete clouds.

        Those without a partial cloud are set aside, and partial clouds without a complete one.

        Raises:
            InputError: as the layout `folder`; or no names agree.
        """
        root = existing_folder(self.root)
        complete = folder.Format(
            root / "complete", test_fraction=self.test_fraction, seed=self.seed
        ).catalog()
        partial = self._partial_files()
        both = [record for record in complete.records if record.shape_id in partial]
        if not both:
            raise InputError(
                f"{root}: of {len(complete.records)} files in complete/ and {len(partial)} in "
                "partial/ no two have the same name: name each partial cloud as its complete one"
            )
        rejected = list(complete.rejected)
        for record in complete.records:
            if record.shape_id not in partial:
                reason = f"no file of this name in {root / 'partial'}: add its partial cloud"
                rejected.append(Rejected(record.shape_id, record.path, reason))
        for name in sorted(set(partial) - {record.shape_id for record in complete.records}):
            reason = f"no file of this name in {root / 'complete'}: add its complete cloud"
            rejected.append(Rejected(name, partial[name], reason))
        return Catalog(both, rejected, complete.ignored)

    def partial_records(self, records: Sequence[ShapeRecord], views: int) -> Iterator[ShapeRecord]:
        """List the partial cloud of each complete one; `views` is not used."""
        partial = self._partial_files()
        for record in records:
            yield replace(
                record,
                shape_id=partial_id(record.shape_id, 0),
                path=partial[record.shape_id],
                complete_path=record.path,
            )

    def _partial_files(self) -> dict[str, str]:
        """The files of the partial clouds, by the ids of their complete ones."""
        root = existing_folder(Path(self.root) / "partial")
        files = folder.scan_folder(root, folder.EXTENSIONS).files
        return {file.shape_id: file.path for file in files}
