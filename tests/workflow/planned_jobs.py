"""The jobs of a config, planned and run in this process: a Snakemake for each takes minutes."""

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path

from conftest import PROJECT

from workflow_scripts.common import mock
from workflow_scripts.common.mock import DAG, Job


def planned_jobs(configfiles: Sequence[str | Path], *targets: str) -> dict[str, Job]:
    """One job of each rule that tables, figures and targets need, in the current folder.

    Args:
        configfiles: laid over config.yaml.
        targets: further files to plan for.
    """
    dag = mock.mock_job("all", configfiles).dag
    scripts = [rule for rule in dag.workflow.rules if rule.script]
    waiting = [*map(str, Job(dag.workflow.get_rule("all"), dag).input), *targets]
    jobs, seen = {}, set()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for rule in scripts:
            if rule.is_producer(file):
                job = Job(rule, DAG(dag.workflow, rules=[rule]), rule.get_wildcards(file))
                jobs.setdefault(rule.name, job)
                waiting += map(str, job.input)
    return jobs


def rules_with_scripts() -> set[str]:
    """The names of all rules that make something."""
    return {rule.name for rule in mock.mock_job("all").dag.workflow.rules if rule.script}


def results_read(job: Job) -> Iterator[tuple[str, str]]:
    """The first result of each named input of a job, and of each ending where it has no name."""
    named = {
        file: name
        for name, files in job.input.items()
        for file in ([files] if isinstance(files, str) else files)
    }
    seen = set()
    for file in map(str, job.input):
        key = named.get(file, Path(file).suffix)
        if file.startswith("results/") and key not in seen:
            seen.add(key)
            yield key, file


def run_job(job: Job) -> None:
    """Run the script of a job, whose errors come as they are."""
    script = (PROJECT / "rules" / job.rule.script).resolve()
    spec = importlib.util.spec_from_file_location(f"script_{script.stem}", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(mock._as_script_sees(job))
