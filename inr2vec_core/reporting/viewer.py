"""One web page with shapes that turn under the mouse; it needs no network and no server.

A page shows one shape at a time, its versions side by side, because browsers draw few 3-D scenes
at once. What a shape consists of is packed (gzip, base64) until it is chosen.
"""

import base64
import gzip
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

import numpy as np

from inr2vec_core.geometry.shapes import Shape, ShapeVisitor
from inr2vec_core.geometry.voxels import exposed_faces
from inr2vec_core.reporting.rendering import CAMERA, CLOUD_MAP, MESH_COLOR, is_empty

MOST_POINTS, MOST_FACES = 2048, 6000  # of a cloud and of a mesh; more are thinned
_DIGITS = 3  # of coordinates, after the point: a thousandth is less than a pixel
_EYE = 1.35  # the eye's distance, where the scene's cube has side 1


@dataclass(frozen=True)
class Section:
    """Shapes of one data set.

    Attributes:
        title: the data set's name on the page.
        versions: the names of what each shape is shown as ("original", "from INR").
        shapes: for each shape a label ("chair/test/000004"), and a Shape per version, or None
            where it could not be reconstructed.
    """

    title: str
    versions: Sequence[str]
    shapes: Sequence[tuple[str, Sequence[Shape | None]]]


def write_page(sections: Sequence[Section], path: str | Path, title: str) -> None:
    """Write an HTML file; the same sections give the same bytes.

    Dense clouds and fine meshes are thinned to `MOST_POINTS` and `MOST_FACES`.

    Args:
        sections: what the page shows, in this order.
        path: the file.
        title: the page's title.
    """
    from plotly.offline import get_plotlyjs

    options, packed = [], []
    for section in sections:
        options.append(f'<optgroup label="{html.escape(section.title)}">')
        for label, versions in section.shapes:
            options.append(f'<option value="{len(packed)}">{html.escape(label)}</option>')
            packed.append(_packed(_figure(section.versions, versions)))
        options.append("</optgroup>")
    page = Template(_PAGE).substitute(
        title=html.escape(title),
        options="\n".join(options),
        shapes="\n".join(f'<script type="text/plain" id="s{i}">{p}</script>'
                         for i, p in enumerate(packed)),
        plotly=get_plotlyjs(),
    )  # fmt: skip
    Path(path).write_text(page, encoding="utf-8")


def _figure(names: Sequence[str], versions: Sequence[Shape | None]) -> dict:
    """What Plotly draws for one shape: a scene per version, named below, from left to right."""
    import plotly.graph_objects as go  # takes a second to import

    eye = dict(zip("xyz", (_EYE * _z_up(CAMERA[2])).tolist(), strict=True))
    axis = {"visible": False, "range": [-1.1, 1.1]}
    scene = {
        "xaxis": axis, "yaxis": axis, "zaxis": axis, "aspectmode": "cube", "dragmode": "turntable",
        "camera": {"eye": eye, "center": {"x": 0, "y": 0, "z": 0}},
    }  # fmt: skip
    width = 1 / max(len(names), 1)
    layout = {"margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "showlegend": False, "annotations": []}
    traces, trace = [], _Trace()
    for k, (name, shape) in enumerate(zip(names, versions, strict=True)):
        key = f"scene{k + 1}" if k else "scene"
        layout[key] = scene | {"domain": {"x": [k * width, (k + 1) * width], "y": [0.08, 1]}}
        layout["annotations"].append(_text(html.escape(name), (k + 0.5) * width, 0.03, "#222"))
        if is_empty(shape):
            layout["annotations"].append(_text("no surface", (k + 0.5) * width, 0.5, "firebrick"))
        else:
            traces.append(shape.accept(trace).update(scene=key, hoverinfo="skip"))
    return go.Figure(traces, layout).to_plotly_json() | {"layout": layout}


def _text(text: str, x: float, y: float, color: str) -> dict:
    return {
        "text": text, "x": x, "y": y, "xref": "paper", "yref": "paper", "xanchor": "center",
        "showarrow": False, "font": {"size": 16, "color": color},
    }  # fmt: skip


class _Trace(ShapeVisitor):
    """What Plotly draws for a shape."""

    def visit_points(self, points: np.ndarray):
        import plotly.graph_objects as go

        points = thinned_cloud(points)
        depth = np.round(points @ CAMERA[2], 2).tolist()  # from the eye that `render` has
        marker = {"size": 3, "color": depth, "cmin": -1, "cmax": 1, "colorscale": CLOUD_MAP,
                  "line": {"width": 0}}  # fmt: skip
        return go.Scatter3d(**_coordinates(points), mode="markers", marker=marker)

    def visit_triangles(self, vertices: np.ndarray, faces: np.ndarray):
        return _surface(*thinned_mesh(vertices, faces), color=MESH_COLOR)

    def visit_voxels(self, grid: np.ndarray):
        squares, cubes = exposed_faces(grid)
        lattice = (len(grid) + 1,) * 3
        number, index = np.unique(np.ravel_multi_index(squares.T, lattice).T, return_inverse=True)
        corners = np.stack(np.unravel_index(number, lattice), axis=1)
        faces = index[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3)
        # Cubes of two tones, as on a chessboard, can be told apart without edges.
        tones = [[0, "#d99c60"], [1, "#e5b07a"]]
        return _surface(
            corners / len(grid) * 2 - 1, faces, intensitymode="cell", colorscale=tones,
            intensity=np.repeat(cubes.sum(1) % 2, 2).tolist(), cmin=0, cmax=1, showscale=False,
        )  # fmt: skip


def _surface(vertices: np.ndarray, faces: np.ndarray, **color):
    import plotly.graph_objects as go

    corners = dict(zip("ijk", faces.T.tolist(), strict=True))
    # Plotly leaves normals out that are shorter than an epsilon, which those of fine meshes are.
    lighting = {
        "ambient": 0.45, "diffuse": 0.8, "specular": 0.05, "roughness": 0.9, "fresnel": 0.0,
        "facenormalsepsilon": 0, "vertexnormalsepsilon": 0,
    }  # fmt: skip
    return go.Mesh3d(
        **_coordinates(vertices), **corners, **color, flatshading=True, lighting=lighting,
        lightposition={"x": -1e4, "y": -2e4, "z": 3e4},
    )  # fmt: skip


def thinned_cloud(points: np.ndarray) -> np.ndarray:
    """At most `MOST_POINTS` of the (n, 3) points, the same ones each time."""
    if len(points) <= MOST_POINTS:
        return points
    return points[np.random.default_rng(0).choice(len(points), MOST_POINTS, replace=False)]


def thinned_mesh(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A mesh with at most about `MOST_FACES` faces.

    Args:
        vertices: (V, 3).
        faces: (F, 3).

    Returns:
        Vertices and faces, simplified where there are more.
    """
    if len(faces) <= MOST_FACES:
        return vertices, faces
    import open3d as o3d  # takes two seconds to import

    mesh = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(np.asarray(vertices, np.float64)),
        o3d.utility.Vector3iVector(np.asarray(faces, np.int32)),
    )
    mesh = mesh.simplify_quadric_decimation(MOST_FACES)
    return np.asarray(mesh.vertices), np.asarray(mesh.triangles)


def _coordinates(points: np.ndarray) -> dict[str, list[float]]:
    rounded = np.round(_z_up(np.asarray(points, np.float64)), _DIGITS) + 0.0  # no -0.0
    return dict(zip("xyz", rounded.T.tolist(), strict=True))


def _z_up(points: np.ndarray) -> np.ndarray:
    """Plotly's turntable turns about z."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def _packed(figure: dict) -> str:
    text = json.dumps(figure, separators=(",", ":"), sort_keys=True)
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title</title>
<style>
body { font: 16px sans-serif; margin: 1.5em; color: #222; background: white }
h1 { font-size: 1.3em; font-weight: normal }
select, button { font: inherit }
#view { width: 100% }
#hint { color: #777 }
</style>
<script>$plotly</script>
</head>
<body>
<h1>$title</h1>
<p>
<button id="before">previous</button>
<select id="choice">
$options
</select>
<button id="after">next</button>
<span id="hint">Drag to turn, scroll to zoom.</span>
</p>
<div id="view"></div>
$shapes
<script>
const view = document.getElementById("view"), choice = document.getElementById("choice");
let camera = null, drawn = Promise.resolve();

async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent),
                                c => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const scenes = layout => Object.keys(layout).filter(k => k.startsWith("scene"));

function show() {
  const index = choice.value;
  drawn = drawn.then(() => index === choice.value && draw(index));  // unless another was chosen
}

async function draw(index) {
  const shape = await unpacked("s" + index);
  const keys = scenes(shape.layout);
  if (camera) for (const s of keys) shape.layout[s].camera = JSON.parse(camera);
  view.style.height = "min(75vh, " + 95 / keys.length + "vw)";
  Plotly.purge(view);  // Plotly.react would light a mesh with the colors of the one before
  await Plotly.newPlot(view, shape.data, shape.layout, {responsive: true, displayModeBar: false});
  for (const event of ["plotly_relayouting", "plotly_relayout"]) view.on(event, turnTogether);
}

function turnTogether(change) {
  const moved = Object.keys(change).find(k => k.endsWith(".camera"));
  if (!moved || JSON.stringify(change[moved]) === camera) return;  // or an echo of what follows
  camera = JSON.stringify(change[moved]);
  const others = scenes(view.layout).map(s => s + ".camera").filter(k => k !== moved);
  Plotly.relayout(view, Object.fromEntries(others.map(k => [k, JSON.parse(camera)])));
}

function step(by) {
  const n = choice.options.length;
  choice.selectedIndex = (choice.selectedIndex + by + n) % n;
  show();
}

document.getElementById("before").onclick = () => step(-1);
document.getElementById("after").onclick = () => step(1);
choice.onchange = show;
if (choice.options.length) show();
</script>
</body>
</html>
"""
