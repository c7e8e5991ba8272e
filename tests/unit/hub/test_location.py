"""Names on the hub: what is one, and what a failed download says."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from inr2vec_core.errors import InputError
from inr2vec_core.hub.location import HubName


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("owner/name", ("owner/name", None)),
        ("a-b/c.d_1@v1.0", ("a-b/c.d_1", "v1.0")),
        ("a/b@refs/pr/1", ("a/b", "refs/pr/1")),
        ("name", None), ("a/b/c", None), ("/a/b", None), ("./a", None), ("../a", None),
        ("a/", None), ("a/b@", None), ("a b/c", None), ("a/b.h5", None), ("ä/b", None),
        ("a/model.safetensors", None), ("builtin:udf", None), (Path("a/b"), None), ("", None),
    ],
)  # fmt: skip
def test_names(text, parts):
    assert HubName.of(text) == (parts and HubName(*parts))


@pytest.mark.parametrize("name", ["owner/name", "owner/name@main"])
def test_what_is_here_is_no_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir(parents=True)
    assert HubName.of(name) is None


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A module in the place of `huggingface_hub`, and what it was asked for."""
    asked = []

    def hf_hub_download(repo_id, filename, *, repo_type=None, revision=None):
        asked.append((repo_id, filename, repo_type, revision))
        return str(tmp_path / filename)

    def snapshot_download(repo_id, *, repo_type=None, revision=None, allow_patterns=None):
        asked.append((repo_id, allow_patterns, repo_type, revision))
        return str(tmp_path)

    made = SimpleNamespace(
        hf_hub_download=hf_hub_download, snapshot_download=snapshot_download, asked=asked
    )
    monkeypatch.setitem(sys.modules, "huggingface_hub", made)
    return made


def test_downloads(hub, tmp_path):
    assert HubName.of("a/b").model() == tmp_path / "model.safetensors"
    assert HubName.of("a/b@v2").inrs() == tmp_path
    patterns = ["config.json", "init.safetensors", "data/*.parquet"]
    assert hub.asked == [
        ("a/b", "model.safetensors", None, None),
        ("a/b", patterns, "dataset", "v2"),
    ]


@pytest.mark.parametrize("what", ["model", "inrs"])
def test_failures_say_both(what, hub):
    def fail(*args, **options):
        raise OSError("no\nroute")

    hub.hf_hub_download = hub.snapshot_download = fail
    with pytest.raises(InputError) as error:
        getattr(HubName("a/b", "v1"), what)()
    assert str(error.value) == (
        "a/b@v1 is no file or folder here, and could not be taken from the Hugging Face hub "
        "(no route)"
    )


@pytest.mark.parametrize("what", ["model", "inrs"])
def test_without_the_package(what, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match=r"^a/b is no file or folder here, .*pip install hugging"):
        getattr(HubName("a/b"), what)()
