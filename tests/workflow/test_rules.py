"""The rule files themselves."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from conftest import TABLE2

RULES = Path(__file__).parents[2] / "rules"
# Rules that share a script, or whose name is a file's; all others have a script of their own name.
SCRIPTS = {
    "table1": "table_scores",
    "table3": "table_segmentation",
    "table4": "table_shared_networks",
    "table5": "table_parameters",
    "table8": "table_decoding",
    "table10": "table_inference_time",
    "inr_size": "table_stages",
    "completion": "table_mapping",
}


def test_snakemake_has_nothing_to_remark(workflow):
    assert "Congratulations" in workflow.run("--lint").stdout


def rules_in(text, start="rule"):
    return re.findall(rf"^{start} (\w+)(?: with)?:\n((?:\n|    .*\n)+)", text, re.M)


def inherited_in(text):
    return rules_in(text, r"use rule \w+ as")


def test_no_path_is_spelled_twice():
    files = [RULES.parent / "Snakefile", *RULES.rglob("*.smk")]
    paths = Counter(
        path for file in files for path in re.findall(r'["\'](results/[^"\']*)', file.read_text())
    )
    assert len(paths) > 30
    assert [path for path, times in paths.items() if times > 1] == []


def test_no_path_is_taken_apart():
    # Neither by a position in it nor by a replaced name: what a path says has a name of its own.
    code = [*RULES.rglob("*.smk"), *(RULES.parent / "workflow_scripts").rglob("*.py")]
    taken = re.compile(
        r"Path\(.*\)\.parts\b|\.split\(./.\)\[|"
        r"\.replace\(.[\w.]*\.(h5|json|parquet|safetensors)"
    )
    found = [line for file in code for line in file.read_text().split("\n") if taken.search(line)]
    assert found == []


def test_what_ends_in_fits_runs_before_all_else():
    priorities = {}
    for file in RULES.glob("*.smk"):
        for name, rule in rules_in(file.read_text()):
            found = re.search(r"^    priority: (\d)", rule, re.M)
            priorities[name] = int(found[1]) if found else 0
    before = {
        "prepare_shapes", "build_manifest", "init_inr", "learn_init", "fit_inrs",
        "match_inrs", "refit_inrs",
    }  # fmt: skip
    first = {priorities.pop(name) for name in before}
    assert min(first) > max(priorities.values())


def test_no_entry_may_have_the_name_of_a_method():
    # Its results would lie where the method's do.
    text = "".join(file.read_text() for file in RULES.rglob("*.smk"))
    lists = re.findall(r"\balso=(\[.*?\])|^\w+_METHODS = (\[.*?\])", text, re.M | re.S)
    methods = {name for pair in lists for name in re.findall(r"\w+", "".join(pair))}
    for names in re.findall(r'^        method="([\w|]+)",', text, re.M):
        methods.update(names.split("|"))
    assert methods >= {"inr", "upper_bound", "gaussian", "weights_probe", "poisson"}
    named = set(re.findall(r"\balso=([A-Z]\w*)", text))
    assert all(re.search(rf"^{name} = \[", text, re.M) for name in named)
    schema = yaml.safe_load((RULES.parent / "schemas/config.schema.yaml").read_text())
    assert methods <= set(schema["$defs"]["method"]["not"]["enum"])


def test_captions_name_wildcards_of_their_rules():
    paths = {}
    exec((RULES / "paths.smk").read_text(), paths)
    text = "".join(file.read_text() for file in RULES.glob("*.smk"))
    found = re.findall(r'report\(\s*(.+?),\s*caption="\.\./(report/\w+\.rst)"', text)
    assert len(found) == text.count("caption=") > 20
    for output, caption in found:
        used = re.findall(r"snakemake\.wildcards\.(\w+)", (RULES.parent / caption).read_text())
        assert set(used) <= set(re.findall(r"{(\w+)}", eval(output, paths))), caption


@pytest.mark.parametrize("file", sorted(RULES.glob("*.smk")), ids=lambda path: path.stem)
def test_every_rule_has_log_environment_and_code(file):
    for name, rule in rules_in(file.read_text()):
        for needed in ("log:", "conda:", "params:"):
            assert needed in rule, f"{name} has no {needed}"
        script = f"{file.stem}/{SCRIPTS.get(name, name)}.py"
        assert re.search(rf'code=.*\bcode(_of_\w+)?\(\s*"{script}"', rule), name
        assert f'script:\n        "../workflow_scripts/{script}"' in rule
    for name, rule in inherited_in(file.read_text()):
        for needed in ("log:", "benchmark:", "code=code("):
            assert needed in rule, f"{name} has no {needed}"


def test_tables_are_collected_where_snakemake_runs():
    snakefile = (RULES.parent / "Snakefile").read_text()
    (local,) = re.findall(r"^localrules:\n((?:    .*\n)+)", snakefile, re.M)
    texts = [file.read_text() for file in RULES.glob("*.smk")]
    rules = [rule for text in texts for rule in (*rules_in(text), *inherited_in(text))]
    tables = {name for name, rule in rules if "{TABLE}/" in rule}
    assert len(tables) >= 11 and tables <= set(re.findall(r"\w+", local))


def test_the_documented_graph_shows_the_rules_that_there_are(workflow):
    shutil.copytree(RULES.parent / "docs", workflow.path / "docs")
    shutil.copy(RULES.parent / "config.yaml", workflow.path)
    command = [sys.executable, "docs/rule_graph.py", "--check"]
    done = subprocess.run(command, cwd=workflow.path, env=workflow.env, check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_rule_files_import_no_torch(workflow):
    command = [sys.executable, "-X", "importtime", "-m", "snakemake", "--dry-run", "--quiet"]
    done = subprocess.run(command, cwd=workflow.path, env=workflow.env, check=True, text=True,
                          capture_output=True)  # fmt: skip
    imported = set(re.findall(r"\| +([\w.]+)$", done.stderr, re.M))
    assert "inr2vec_core.shapes.dataset" in imported
    assert not imported & {"torch", "sklearn", "trimesh", "open3d", "matplotlib"}


def test_a_cluster_needs_no_number_of_cores(finished):
    command = [sys.executable, "-m", "snakemake", "--executor", "slurm", "--jobs", "1",
               "--workflow-profile", "profiles/slurm", TABLE2]  # fmt: skip
    done = subprocess.run(command, cwd=finished.path, env=finished.env, check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    assert "Nothing to be done" in done.stdout, done.stdout
