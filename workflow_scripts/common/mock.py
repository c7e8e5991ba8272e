"""Run a script without Snakemake: from a shell, in a debugger or in a notebook.

From the project's folder, for one job, whose inputs must exist:

    python -m workflow_scripts.common.mock fit_inrs dataset=demo_clouds inr=small shard=0
    python -m pdb -m workflow_scripts.common.mock fit_inrs dataset=demo_clouds inr=small shard=0

A further `--configfile FILE` is laid over config.yaml. In a debugger or notebook:

    from workflow_scripts.common.mock import mock_snakemake
    from workflow_scripts.inrs.fit_inrs import main
    main(mock_snakemake("fit_inrs", dataset="demo_clouds", inr="small", shard=0))

The outputs are written where Snakemake would write them. Snakemake does not know of them, so that
it runs the job once more where it would have run it anyway.
"""

import runpy
import sys
from pathlib import Path

from snakemake.api import Workflow  # first, for snakemake's modules import each other
from snakemake.dag import DAG
from snakemake.jobs import Job
from snakemake.logging import LoggerManager, logger
from snakemake.script import Snakemake
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    ExecutionSettings,
    OutputSettings,
    ResourceSettings,
    StorageSettings,
    WorkflowSettings,
)

from workflow_scripts.common.environment import ROOT


def mock_job(rule: str, configfiles: tuple[str | Path, ...] = (), **wildcards) -> Job:
    """One job of the workflow in the current folder, as Snakemake would plan it.

    Args:
        rule: the rule's name.
        configfiles: laid over config.yaml.
        wildcards: a value for each wildcard of the rule.

    Raises:
        ValueError: a wildcard has no value, or the rule does not have it.
    """
    workflow = Workflow(
        ConfigSettings(configfiles=[Path(file) for file in configfiles]),
        ResourceSettings(cores=1),
        WorkflowSettings(),
        logger_manager=LoggerManager(logger, OutputSettings()),
        storage_settings=StorageSettings(),
        dag_settings=DAGSettings(),
        execution_settings=ExecutionSettings(),
        storage_provider_settings={},
    )
    workflow.include(str(ROOT / "Snakefile"))
    found = workflow.get_rule(rule)
    wanted, given = set(found.wildcard_names), {k: str(v) for k, v in wildcards.items()}
    if wanted != given.keys():
        raise ValueError(
            f"rule {rule} has the wildcards {', '.join(sorted(wanted)) or '(none)'}, given are "
            f"{', '.join(sorted(given)) or '(none)'}"
        )
    return Job(found, DAG(workflow, rules=[found]), given)


def mock_snakemake(rule: str, configfiles: tuple[str | Path, ...] = (), **wildcards) -> Snakemake:
    """The object `snakemake` that a rule's script sees in one job.

    Args:
        rule: the rule's name.
        configfiles: laid over config.yaml.
        wildcards: a value for each wildcard of the rule.

    Returns:
        The job's input, output, params, wildcards, threads, resources, log, config and rule.

    Raises:
        ValueError: a wildcard has no value, or the rule does not have it.
    """
    job = mock_job(rule, configfiles, **wildcards)
    for file in (*job.output, *job.log):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    return Snakemake(
        job.input, job.output, job.params, job.wildcards, job.threads, job.resources, job.log,
        job.dag.workflow.config, job.rule.name, None, str(ROOT / "workflow_scripts"),
    )  # fmt: skip


def run_script(rule: str, *arguments: str) -> None:
    """Run a rule's script for one job; arguments are `name=value` of wildcards, `--configfile`."""
    rest, files, wildcards = list(arguments), [], {}
    while rest:
        argument = rest.pop(0)
        if argument == "--configfile":
            files.append(rest.pop(0))
        else:
            name, _, value = argument.partition("=")
            wildcards[name] = value
    job = mock_job(rule, tuple(files), **wildcards)
    script = (ROOT / "rules" / job.rule.script).resolve()
    runpy.run_path(
        str(script), {"snakemake": mock_snakemake(rule, tuple(files), **wildcards)}, "__main__"
    )


if __name__ == "__main__":
    run_script(*sys.argv[1:])
