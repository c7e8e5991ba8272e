"""What a file is by its first bytes, to say why it is not what its name says."""

from pathlib import Path

# How a file begins (in lower case), what it then is, the extensions that it may have, and a cure.
_SIGNATURES: tuple[tuple[bytes, str, tuple[str, ...], str], ...] = (
    (b"version https://git-lfs", "a Git LFS pointer", (), "fetch its content with git lfs pull"),
    (b"<!doctype html", "a web page", (), "download the shape again"),
    (b"<html", "a web page", (), "download the shape again"),
    (b"<?xml", "an XML file", (), ""),
    (b"pk\x03\x04", "a zip archive", (".npz",), "unpack it"),
    (b"pk\x05\x06", "an empty zip archive", (".npz",), ""),
    (b"\x1f\x8b", "a gzip archive", (), "unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", (), "unpack it"),
    (b"rar!", "a RAR archive", (), "unpack it"),
    (b"\x93numpy", "an npy array", (".npy",), "rename it"),
    (b"\x89hdf\r\n\x1a\n", "an HDF5 file", (".h5", ".hdf5"), "rename it"),
    (b"gltf", "a glb mesh", (".glb",), "rename it"),
    (b"ply\n", "a PLY file", (".ply",), "rename it"),
    (b"ply\r", "a PLY file", (".ply",), "rename it"),
    (b"#binvox", "a binvox grid", (".binvox",), "rename it"),
    (b"# .pcd", "a PCD file", (".pcd",), "rename it"),
    (b"off\n", "an OFF file", (".off",), "rename it"),
    (b"iso-10303-21", "a STEP file", (), ""),
    (b"kaydara fbx", "an FBX file", (), ""),
    (b"\x89png", "a PNG image", (), ""),
    (b"\xff\xd8\xff", "a JPEG image", (), ""),
    (b"%pdf", "a PDF document", (), ""),
    (b"\x80\x04", "a Python pickle", (), "save the array with numpy.save"),
    (b"\x80\x03", "a Python pickle", (), "save the array with numpy.save"),
)


def another_kind(path: Path) -> str | None:
    """What a file is that its extension does not say, and the cure where it is known.

    Args:
        path: a file that could not be read as its extension says.

    Returns:
        Such as "is a zip archive, no off file: unpack it"; None where its beginning tells nothing.
    """
    with path.open("rb") as file:
        start = file.read(512)
    suffix = path.suffix.lower()
    if start and not start.strip(b"\0"):
        return "begins with nothing but zero bytes: restore it from a backup, or copy it again"
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for beginning, kind, extensions, cure in _SIGNATURES:
        if start.startswith(beginning) and suffix not in extensions:
            return f"is {kind}, no {suffix.lstrip('.')} file{cure and ': '}{cure}"
    return None
