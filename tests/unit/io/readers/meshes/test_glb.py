"""Glb files: everything that places or encodes triangles, and what is refused by name."""

import json

import numpy as np
import pytest
import trimesh

from inr2vec_core.io.readers import read_geometry

from .prisms import read_closed, refused, write

BOX = trimesh.creation.box((1, 2, 3))
POINTS, FACES = np.asarray(BOX.vertices, np.float32), np.asarray(BOX.faces)
RING = [0, 1, 2, 3, 6, 7, 4, 5, 0, 1]
UNIT = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
FAN = [7, 3, 1, 5, 4, 6, 2, 3]
"""The three sides of the unit box at its corner 7."""
CODES = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}


class Glb:
    """Builds a file by hand."""

    def __init__(self, **keys):
        self.gltf = {"asset": {"version": "2.0"}, "accessors": [], "bufferViews": [], **keys}
        self.binary = b""

    def view(self, array, **keys):
        self.binary += bytes(-len(self.binary) % 4)
        content = np.ascontiguousarray(array).tobytes()
        view = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(content)}
        self.gltf["bufferViews"].append(view | keys)
        self.binary += content
        return len(self.gltf["bufferViews"]) - 1

    def accessor(self, array, kind=None, stored=True, **keys):
        array = np.asarray(array)
        array = array.astype(kind or ("f4" if array.dtype.kind == "f" else "u2"))
        width = array.shape[1] if array.ndim == 2 else 1
        names = {1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
        accessor = {
            "componentType": CODES[array.dtype.str[1:]],
            "count": len(array),
            "type": names[width],
        }
        if stored:
            accessor["bufferView"] = self.view(array)
        self.gltf["accessors"].append(accessor | keys)
        return len(self.gltf["accessors"]) - 1

    def primitive(self, points, indices=None, attributes=None, **keys):
        bounds = {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()}
        number = self.accessor(points, points.dtype.str[1:], **bounds)
        primitive = {"attributes": {"POSITION": number} | (attributes or {})} | keys
        if indices is not None:
            primitive["indices"] = self.accessor(np.ravel(indices))
        return primitive

    def content(self, *primitives, nodes=None, **keys):
        nodes = nodes or [{"mesh": 0}]
        gltf = self.gltf | {"meshes": [{"primitives": list(primitives)}], "nodes": nodes}
        gltf |= {"buffers": [{"byteLength": len(self.binary)}], "scenes": [{"nodes": [0]}]} | keys
        text = json.dumps(gltf).encode()
        text += b" " * (-len(text) % 4)
        binary = self.binary + bytes(-len(self.binary) % 4)
        chunks = [(b"JSON", text), (b"BIN\0", binary)]
        body = b"".join(np.uint32(len(c)).tobytes() + kind + c for kind, c in chunks)
        return b"glTF" + np.array([2, 12 + len(body)], "<u4").tobytes() + body


def box_file(file, nodes=None, **keys):
    glb = Glb()
    return write(file, glb.content(glb.primitive(POINTS, FACES), nodes=nodes, **keys))


# ---------------------------------------------------------------------------- primitives


@pytest.mark.parametrize("kind", ["u1", "u2", "u4"])
def test_indices_of_every_type(tmp_path, kind):
    glb = Glb()
    primitive = glb.primitive(POINTS)
    primitive["indices"] = glb.accessor(FACES.ravel(), kind)
    read_closed(write(tmp_path / "box.glb", glb.content(primitive)), area=22, volume=6)


def test_triangles_without_indices(tmp_path):
    glb = Glb()
    content = glb.content(glb.primitive(POINTS[FACES].reshape(-1, 3)))
    mesh = read_closed(write(tmp_path / "box.glb", content), area=22, volume=6)
    assert (len(mesh.vertices), len(mesh.faces)) == (8, 12)


def test_strips_and_fans_beside_triangles_lines_and_points(tmp_path):
    glb = Glb()
    content = glb.content(
        glb.primitive(UNIT, RING, mode=5),
        glb.primitive(UNIT, [0, 2, 4, 6], mode=5),
        glb.primitive(UNIT, [1, 5, 3, 3, 5, 7]),
        glb.primitive(UNIT + 5, [0, 1], mode=1),
        glb.primitive(UNIT + 5, mode=0),
        glb.primitive(UNIT + np.float32(10), FAN, mode=6),
        glb.primitive(UNIT + np.float32(10), [0, 4, 5, 0, 5, 1], mode=4),
        glb.primitive(UNIT + np.float32(10), [0, 1, 3, 2], mode=6),
        glb.primitive(UNIT + np.float32(10), [0, 2, 6, 4], mode=6),
    )
    read_closed(write(tmp_path / "two.glb", content), area=12, volume=2)


def test_only_points_is_refused(tmp_path):
    glb = Glb()
    content = glb.content(glb.primitive(POINTS, mode=0))
    refused(write(tmp_path / "a.glb", content), "its scene holds no triangles")


@pytest.mark.parametrize(
    ("kind", "normalized", "bounds"),
    [
        *((kind, True, "") for kind in ("i1", "u1", "i2", "u2")),
        *((kind, False, "") for kind in ("i1", "u2")),
        ("i2", True, "of what integers stand for"),
    ],
)
def test_quantized_positions_are_read_to_scale(tmp_path, kind, normalized, bounds):
    glb = Glb(extensionsRequired=["KHR_mesh_quantization"])
    largest = np.iinfo(kind).max
    unit = (UNIT * largest).astype(kind)
    primitive = glb.primitive(unit, [0, 1, 3])
    glb.gltf["accessors"][0]["normalized"] = normalized
    if bounds == "of what integers stand for":
        glb.gltf["accessors"][0] |= {"min": [0, 0, 0], "max": [1, 1, 1]}
    scale = 1 if normalized else 1 / largest
    nodes = [
        {"mesh": 0, "scale": [scale] * 3, "children": [1]},
        {"mesh": 0, "translation": [5 / scale, 0, 0]},
    ]
    mesh = read_geometry(write(tmp_path / "a.glb", glb.content(primitive, nodes=nodes)))
    np.testing.assert_allclose(np.ptp(mesh.vertices, axis=0), [5, 1, 1], rtol=1e-6)


def test_padded_rows_and_offsets(tmp_path):
    glb = Glb()
    primitive = glb.primitive(POINTS, FACES)
    rows = np.full((9, 6), 77, np.float32)
    rows[1:, 1:4] = POINTS
    view = glb.view(rows, byteStride=24)
    glb.gltf["accessors"][0] |= {"bufferView": view, "byteOffset": 28}
    read_closed(write(tmp_path / "box.glb", glb.content(primitive)), area=22, volume=6)


@pytest.mark.parametrize("based", [True, False])
def test_sparse_positions(tmp_path, based):
    glb = Glb()
    primitive = glb.primitive(UNIT if based else UNIT[[0]].repeat(8, axis=0), np.array([0, 1, 3]))
    accessor = glb.gltf["accessors"][0]
    if not based:
        del accessor["bufferView"]
    changed = np.array([[0, 0, 4], [0, 9, 9]], np.float32)
    accessor["sparse"] = {
        "count": 2,
        "indices": {"bufferView": glb.view(np.array([1, 3], "u1")), "componentType": 5121},
        "values": {"bufferView": glb.view(changed)},
    }
    accessor["max"] = [1, 9, 9]
    mesh = read_geometry(write(tmp_path / "a.glb", glb.content(primitive)))
    assert mesh.vertices.tolist() == [[0, 0, 0], [0, 0, 4], [0, 9, 9]]


# ---------------------------------------------------------------------------- scenes


def test_instances_of_a_mesh(tmp_path):
    nodes = [
        {"children": [1, 2], "translation": [0, 0, 7]},
        {"mesh": 0, "scale": [2, 1, 1]},
        {"mesh": 0, "matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 9, 0, 0, 1], "camera": 0},
    ]
    mesh = read_closed(box_file(tmp_path / "two.glb", nodes), area=22 + 32, volume=18)
    assert mesh.vertices.min(axis=0).tolist() == [-1, -1, 5.5]
    assert mesh.vertices.max(axis=0).tolist() == [9.5, 1, 8.5]


def test_rotation_is_a_quaternion_with_the_real_part_last(tmp_path):
    half = np.sqrt(0.5)
    mesh = read_closed(
        box_file(tmp_path / "box.glb", [{"mesh": 0, "rotation": [0, 0, half, half]}]), 22, 6
    )
    np.testing.assert_allclose(np.ptp(mesh.vertices, axis=0), [2, 1, 3])
    corner = box_file(tmp_path / "box.glb", [{"mesh": 0, "rotation": [1, 1, 1, 1]}])
    np.testing.assert_allclose(np.ptp(read_geometry(corner).vertices, axis=0), [3, 1, 2])


def test_mirrored_nodes_keep_the_outside_outside(tmp_path):
    nodes = [{"mesh": 0, "scale": [-1, 1, 1], "children": [1]}, {"mesh": 0, "scale": [1, 5, -1]}]
    glb = Glb()
    content = glb.content(glb.primitive(POINTS + np.float32(4), FACES), nodes=nodes)
    read_closed(write(tmp_path / "box.glb", content), area=22 + 86, volume=6 + 30)


@pytest.mark.parametrize(("keys", "copies"), [({"scene": 1}, 2), ({"scene": 0}, 1), ({}, 1)])
def test_the_scene_that_the_file_shows(tmp_path, keys, copies):
    nodes = [{"mesh": 0}, {"mesh": 0, "translation": [9, 0, 0]}, {"mesh": 0}]
    scenes = [{"nodes": [0]}, {"nodes": [0, 1]}]
    file = box_file(tmp_path / "a.glb", nodes, scenes=scenes, **keys)
    read_closed(file, area=22 * copies, volume=6 * copies)


def test_a_file_without_scenes_shows_all_nodes(tmp_path):
    nodes = [{"mesh": 0}, {"children": [0], "translation": [9, 0, 0]}]
    mesh = read_closed(box_file(tmp_path / "a.glb", nodes, scenes=[]), 22, 6)
    assert mesh.vertices[:, 0].min() == 8.5


@pytest.mark.parametrize("place", ["mesh", "node"])
def test_morph_targets_with_their_default_weights(tmp_path, place):
    glb = Glb()
    primitive = glb.primitive(UNIT, [0, 1, 3])
    delta = np.zeros((8, 3), np.float32)
    delta[3] = [0, 4, 0]
    primitive["targets"] = [{"POSITION": glb.accessor(delta)}, {"NORMAL": 0}]
    mesh, node = {"primitives": [primitive]}, {"mesh": 0}
    (mesh if place == "mesh" else node)["weights"] = [0.5, 1]
    file = write(tmp_path / "a.glb", glb.content(nodes=[node], meshes=[mesh]))
    assert read_geometry(file).vertices.tolist() == [[0, 0, 0], [0, 0, 1], [0, 3, 1]]


def test_skins_bend_with_their_joints_in_place_of_their_node(tmp_path):
    glb = Glb()
    joints = np.zeros((8, 4), "u1")
    joints[UNIT[:, 2] == 1, 0] = 1
    weights = np.tile(np.array([255, 0, 0, 0], "u1"), (8, 1))
    attributes = {
        "JOINTS_0": glb.accessor(joints, "u1"),
        "WEIGHTS_0": glb.accessor(weights, "u1", normalized=True),
    }
    primitive = glb.primitive(UNIT, [0, 1, 3], attributes)
    inverse = np.tile(np.eye(4), (2, 1, 1))
    inverse[1, :3, 3] = [0, 0, -1]
    bind = glb.accessor(inverse.swapaxes(1, 2).reshape(2, 16))
    nodes = [
        {"children": [1, 2]},
        {"mesh": 0, "skin": 0, "translation": [50, 50, 50]},
        {"translation": [0, 0, 3], "children": [3]},
        {"translation": [0, 0, 1], "scale": [2, 2, 2]},
    ]
    skins = [{"joints": [2, 3], "inverseBindMatrices": bind}]
    file = write(tmp_path / "a.glb", glb.content(primitive, nodes=nodes, skins=skins))
    assert read_geometry(file).vertices.tolist() == [[0, 0, 3], [0, 0, 4], [0, 2, 4]]


def test_skin_without_weights_is_refused(tmp_path):
    glb = Glb()
    attributes = {
        "JOINTS_0": glb.accessor(np.zeros((8, 4)), "u1"),
        "WEIGHTS_0": glb.accessor(np.zeros((8, 4))),
    }
    primitive = glb.primitive(UNIT, [0, 1, 3], attributes)
    content = glb.content(primitive, nodes=[{"mesh": 0, "skin": 0}], skins=[{"joints": [0]}])
    refused(write(tmp_path / "a.glb", content), "a vertex of a skin is held by no joint")


# ---------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    "name", ["KHR_draco_mesh_compression", "EXT_meshopt_compression", "ABC_from_the_future"]
)
def test_required_extension_is_named(tmp_path, name):
    refused(box_file(tmp_path / "a.glb", extensionsRequired=["KHR_materials_unlit", name]), name)


def test_names_that_cannot_be_printed_are_escaped(tmp_path):
    names = ["KHR\n\ud800\x1b"]
    refused(box_file(tmp_path / "a.glb", extensionsRequired=names), r"KHR\\n\\ud800\\x1b")


def test_required_extensions_for_looks_are_no_obstacle(tmp_path):
    names = ["KHR_materials_unlit", "KHR_texture_transform", "EXT_texture_webp"]
    read_closed(box_file(tmp_path / "a.glb", extensionsRequired=names), 22, 6)


@pytest.mark.parametrize("missing", ["POSITION", "indices"])
def test_compressed_part_beside_a_plain_one_is_not_lost(tmp_path, missing):
    glb = Glb(extensionsUsed=["KHR_draco_mesh_compression"])
    plain, packed = (glb.primitive(POINTS + np.float32(i), FACES) for i in (0, 9))
    packed["extensions"] = {"KHR_draco_mesh_compression": {"bufferView": 0}}
    number = packed["indices"] if missing == "indices" else packed["attributes"]["POSITION"]
    content = glb.content(plain, packed)
    read_closed(write(tmp_path / "both.glb", content), 44, 12)  # the plain data are there, too
    del glb.gltf["accessors"][number]["bufferView"]
    refused(
        write(tmp_path / "a.glb", glb.content(plain, packed)),
        "keeps triangles in .* KHR_draco_mesh_compression",
    )


def test_buffer_that_only_an_extension_has_is_refused(tmp_path):
    glb = Glb(extensionsUsed=["EXT_meshopt_compression"])
    primitive = glb.primitive(POINTS, FACES)
    packed = {"EXT_meshopt_compression": {"buffer": 0}}
    glb.gltf["bufferViews"][0] |= {"buffer": 1, "byteOffset": 0, "extensions": packed}
    buffers = [{"byteLength": len(glb.binary)}, {"byteLength": 96}]
    refused(
        write(tmp_path / "a.glb", glb.content(primitive, buffers=buffers)),
        "EXT_meshopt_compression",
    )


def test_copies_that_only_an_extension_has_are_refused(tmp_path):
    nodes = [{"mesh": 0, "extensions": {"EXT_mesh_gpu_instancing": {}}}]
    refused(box_file(tmp_path / "a.glb", nodes), "EXT_mesh_gpu_instancing")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"max": [0.1, 1, 1.5]}, "values outside the bounds that it declares"),
        ({"count": 9}, "truncated: buffer view 0 has fewer bytes"),
        ({"count": 7}, "a face names vertex 7, but there are 7"),
        ({"componentType": 5130}, "does not follow glTF 2.0: KeyError: 5130"),
    ],
)
def test_positions_that_contradict_their_declaration(tmp_path, change, reason):
    glb = Glb()
    primitive = glb.primitive(POINTS, FACES)
    glb.gltf["accessors"][0] |= change
    refused(write(tmp_path / "a.glb", glb.content(primitive)), reason)


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        ([{"children": [1]}, {"mesh": 0, "children": [0]}], "node 0 of its scene has two parents"),
        ([{"mesh": 3}], "does not follow glTF 2.0: IndexError"),
        ([{"mesh": -1}], "does not follow glTF 2.0: IndexError: item -1 of a list"),
    ],
)
def test_scenes_that_make_no_sense(tmp_path, nodes, reason):
    refused(box_file(tmp_path / "a.glb", nodes), reason)


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("data:application/octet-stream," + "%00" * 400, "not as base64"),
        ("data:;base64," + "AAA*" * 400, "Only base64 data is allowed"),
    ],
)
def test_data_that_are_no_base64_are_refused(tmp_path, uri, reason):
    glb = Glb()
    content = glb.content(glb.primitive(POINTS), buffers=[{"uri": uri, "byteLength": 400}])
    refused(write(tmp_path / "a.glb", content.replace(b'"min"', b'"low"')), reason)


def test_null_bytes_after_the_json_are_its_padding(tmp_path):
    content = box_file(tmp_path / "a.glb", asset={"generator": "x" * 5}).read_bytes()
    end = content.index(b"BIN") - 4
    text = content[20:end].rstrip()
    assert len(text) < end - 20
    padded = content[:20] + text.ljust(end - 20, b"\0") + content[end:]
    read_closed(write(tmp_path / "a.glb", padded), area=22, volume=6)


def test_container_that_cannot_be_read(tmp_path):
    content = box_file(tmp_path / "a.glb").read_bytes()
    refused(write(tmp_path / "a.glb", content[:4] + b"\1\0\0\0" + content[8:]), "is glTF 1")
    refused(write(tmp_path / "a.glb", content[:-4]), "truncated")
    refused(
        write(tmp_path / "a.glb", content.replace(b'"mesh":', b'"mesh",')), "its JSON is damaged"
    )
    buffers = [{"uri": "box.bin", "byteLength": 1}]
    refused(box_file(tmp_path / "a.glb", buffers=buffers), "in another file, box.bin")
