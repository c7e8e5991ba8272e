"""A copy of the project with a tiny config, and one finished run of it for all tests."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import psutil
import pytest
from filelock import FileLock
from forked import run_snakemake

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
TABLE2 = "results/tables/table2.csv"
PARTS = (
    "Snakefile", "rules", "workflow_scripts", "inr2vec_core", "schemas", "profiles", "report",
    "configs", "envs",
)  # fmt: skip


class Workflow:
    """A working folder of the project, and Snakemake in it."""

    def __init__(self, path: Path):
        self.path = path
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("SNAKEMAKE_")}
        self.env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), self.env["PATH"]])
        self.env["PYTHONPATH"] = str(HERE / "hooks")
        self.screen = path / "screen.txt"  # what a Snakemake of `start` says
        self._started: set[psutil.Process] = set()

    def command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "snakemake", "--cores", "2", *map(str, args)]

    def run(self, *args: str, check: bool = True) -> subprocess.CompletedProcess:
        """Snakemake with these arguments; what it says is in `stdout`, both streams together."""
        done = run_snakemake(["--cores", "2", *map(str, args)], self.path, self.env)
        assert done.returncode == 0 or not check, done.stdout
        return done

    def start(self, *args: str, stop_at: str) -> tuple[subprocess.Popen, psutil.Process]:
        """Snakemake with one of its jobs stopped at this moment (see hooks/sitecustomize.py)."""
        with self.screen.open("w", encoding="utf-8") as screen:
            snakemake = subprocess.Popen(
                self.command(*args), cwd=self.path, env=self.env | {"STOP_AT": stop_at},
                stdout=screen, stderr=subprocess.STDOUT, start_new_session=True,
                # A shell without job control starts its background jobs deaf to SIGINT, and so
                # would be all that they start.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )  # fmt: skip
        parent = psutil.Process(snakemake.pid)
        self._started.add(parent)
        while snakemake.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                for job in parent.children(recursive=True):
                    self._started.add(job)
                    if job.status() == psutil.STATUS_STOPPED:
                        return snakemake, job
            time.sleep(0.05)
        raise AssertionError(
            f"no job stopped at {stop_at}:\n{self.screen.read_text(encoding='utf-8')}"
        )

    def temporaries(self) -> list[Path]:
        """Files that have not got their final name."""
        return list((self.path / "results").rglob("*.tmp"))

    def end(self) -> None:
        """Kill what `start` left behind."""
        for process in self._started:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def jobs(self, *args: str) -> list[tuple[str, dict[str, str]]]:
        """Rule and wildcards of each job that a dry run plans; rules without a script left out."""
        shown = self.run("--dry-run", *args).stdout
        found = []
        for rule, block in re.findall(r"^(?:local)?rule (\w+):\n((?:    .*\n)+)", shown, re.M):
            wildcards = re.search(r"^    wildcards: (.*)", block, re.M)
            pairs = wildcards[1].split(", ") if wildcards else []
            found.append((rule, dict(pair.split("=") for pair in pairs)))
        assert found or "Nothing to be done" in shown, shown
        return [job for job in found if job[0] not in ("all", "tables", "figures")]

    def planned(self, *args: str) -> Counter:
        """How many jobs of each rule a dry run plans."""
        return Counter(rule for rule, _ in self.jobs(*args))

    def planned_with(self, file: str, old: str, new: str, *args: str) -> set[str]:
        """The rules that a dry run plans while the file has this text replaced."""
        text = (self.path / file).read_text(encoding="utf-8")
        self.edit(file, old, new)
        jobs = set(self.planned(*args))
        (self.path / file).write_text(text, encoding="utf-8")
        return jobs

    def light_copy(self, path: Path) -> "Workflow":
        """A copy for dry runs: what they only read is not copied but linked."""
        read = ("results", ".snakemake")
        shutil.copytree(self.path, path, ignore=lambda folder, _: (
            read if Path(folder) == self.path else ()))  # fmt: skip
        for part in read:
            shutil.copytree(self.path / part, path / part, copy_function=os.link)
        return Workflow(path)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text that stands in the file once."""
        path = self.path / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def touch(self) -> None:
        """Give every file of the project and its results a new time, the newest the oldest."""
        files = [p for p in self.path.rglob("*") if p.is_file() and ".snakemake" not in p.parts]
        files.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for age, path in enumerate(reversed(files)):
            os.utime(path, (time.time() - age,) * 2)

    def append(self, file: str, text: str) -> None:
        """Add a line at the end of the file."""
        with (self.path / file).open("a", encoding="utf-8") as out:
            out.write(f"\n{text}\n")

    def read(self, file: str) -> bytes:
        return (self.path / file).read_bytes()


def write_scans(root: Path) -> None:
    """Clouds as .npy in <class>/<split>/: one larger than 1 MB, one with NaN, one no array."""
    rng = np.random.default_rng(0)
    for name, flatness in (("ball", 1.0), ("disc", 0.1)):
        for split, number in (("train", 4), ("val", 2), ("test", 2)):
            (root / name / split).mkdir(parents=True)
            for k in range(number):
                points = rng.normal(size=(100, 3))
                points *= [1, 1, flatness] / np.linalg.norm(points, axis=1, keepdims=True)
                np.save(root / name / split / f"{k}.npy", points.astype(np.float32))
    np.save(root / "ball/train/big.npy", rng.uniform(size=(100_000, 3)).astype(np.float32))
    np.save(root / "ball/train/holes.npy", np.full((100, 3), np.nan, np.float32))
    (root / "disc/train/text.npy").write_text("no array", encoding="utf-8")


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The project's files as they are when the tests begin, with the tiny config and its data."""
    path = tmp_path_factory.mktemp("project")
    for part in PARTS:
        if (PROJECT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(PROJECT / part, path / part, ignore=ignored)
        else:
            shutil.copy(PROJECT / part, path / part)
    shutil.copy(HERE / "tiny.yaml", path / "config.yaml")
    write_scans(path / "data/scans")
    return path


@pytest.fixture(scope="session")
def new_copy(project):
    """A function: the project in a new folder, every file with the time of now, nothing run."""
    return lambda path: Workflow(shutil.copytree(project, path, copy_function=shutil.copyfile))


@pytest.fixture
def workflow(new_copy, tmp_path):
    """The project with a tiny config, nothing run yet."""
    made = new_copy(tmp_path / "project")
    yield made
    made.end()


def made_once(tmp_path_factory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first of pytest's workers to ask for it makes, for all of them."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(base / f"{name}.lock"):
        if not (base / f"{name}.made").exists():
            make(base / name)
            (base / f"{name}.made").touch()
    return base / name


@pytest.fixture(scope="session")
def finished_run(new_copy, tmp_path_factory):
    """One run of everything, and what it said on screen. Not to be changed: copy it."""

    def make(folder: Path) -> None:
        made = new_copy(folder / "project")
        made.env["RECORD_WRITES"] = str(folder / "writes.txt")
        said = made.run().stdout
        (folder / "said.txt").write_text(said, encoding="utf-8")

    folder = made_once(tmp_path_factory, "finished", make)
    return Workflow(folder / "project"), (folder / "said.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def run_on_top(finished_run, tmp_path_factory):
    """A function: the finished run, and on top all tables and figures of a config laid over it.

    Returns the workflow, and what was said. Arguments: the config, and further files by name.
    """

    def make(config: str, files: Mapping[str, str] = MappingProxyType({})) -> tuple[Workflow, str]:
        path = tmp_path_factory.mktemp("on_top") / "project"
        workflow = Workflow(shutil.copytree(finished_run[0].path, path))
        shutil.copy(HERE / config, path)
        for name, text in files.items():
            (path / name).write_text(text, encoding="utf-8")
        return workflow, workflow.run("--configfile", config, "--", "tables", "figures").stdout

    return make


@pytest.fixture(scope="session")
def cached_run(new_copy, tmp_path_factory):
    """The same run in another folder, with Snakemake's cache on. Not to be changed."""
    made = new_copy(tmp_path_factory.mktemp("cached") / "project")
    made.env["SNAKEMAKE_OUTPUT_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    made.run(TABLE2, "--cache")
    return made


@pytest.fixture
def finished(finished_run, tmp_path):
    """A copy of the finished run, times of files and all."""
    made = Workflow(shutil.copytree(finished_run[0].path, tmp_path / "project"))
    yield made
    made.end()
