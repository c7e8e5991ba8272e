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

import argparse
import re
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from snakemake.api import Workflow  # first, for snakemake's modules import each other
from snakemake.dag import DAG
from snakemake.exceptions import RuleException, UnknownRuleException, WorkflowError
from snakemake.jobs import Job
from snakemake.logging import LoggerManager, logger
from snakemake.rules import Rule
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

from inr2vec_core.errors import InputError
from workflow_scripts.common.environment import ROOT


def mock_job(rule: str, configfiles: Sequence[str | Path] = (), **wildcards) -> Job:
    """One job of the workflow in the current folder, as Snakemake would plan it.

    Args:
        rule: the rule's name.
        configfiles: laid over config.yaml.
        wildcards: a value for each wildcard of the rule.

    Raises:
        WorkflowError: the config is wrong.
        InputError: there is no such rule, a wildcard has no value or one that it cannot have, or
            the rule does not have it.
    """
    return _job(rule, configfiles, {name: str(value) for name, value in wildcards.items()})


def _job(rule: str, configfiles: Sequence[str | Path], given: dict[str, str]) -> Job:
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
    executable = sys.executable
    workflow.include(str(ROOT / "Snakefile"))
    sys.executable = executable  # which was quoted for the shell
    try:
        found = workflow.get_rule(rule)
    except UnknownRuleException as error:
        raise InputError(f"there is no rule {rule}: `snakemake --list-rules` names all") from error
    _check_wildcards(found, given, workflow)
    return Job(found, DAG(workflow, rules=[found]), given)


def _check_wildcards(rule: Rule, given: dict[str, str], workflow: Workflow) -> None:
    wanted = set(rule.wildcard_names)
    if wanted != given.keys():
        raise InputError(
            f"rule {rule.name} has the wildcards {', '.join(sorted(wanted)) or '(none)'}, given "
            f"are {', '.join(sorted(given)) or '(none)'}"
        )
    constraints = {**workflow.wildcard_constraints, **rule.wildcard_constraints}
    for name, value in given.items():
        pattern = constraints.get(name, ".+")
        if not re.fullmatch(pattern, value):
            raise InputError(f"{name}={value}: rule {rule.name} takes {pattern}")
    if {"dataset", "shard"} <= wanted:
        shards = workflow.config["datasets"][given["dataset"]]["shards"]
        if int(given["shard"]) >= shards:
            raise InputError(
                f"shard={given['shard']}: {given['dataset']} has the shards 0 to {shards - 1}"
            )


def mock_snakemake(rule: str, configfiles: Sequence[str | Path] = (), **wildcards) -> Snakemake:
    """The object `snakemake` that a rule's script sees in one job.

    Args:
        rule: the rule's name.
        configfiles: laid over config.yaml.
        wildcards: a value for each wildcard of the rule.

    Returns:
        The job's input, output, params, wildcards, threads, resources, log, config and rule.

    Raises:
        WorkflowError: as `mock_job`.
        InputError: as `mock_job`.
    """
    return _as_script_sees(mock_job(rule, configfiles, **wildcards))


def _as_script_sees(job: Job) -> Snakemake:
    for file in (*job.output, *job.log):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    return Snakemake(
        job.input, job.output, job.params, job.wildcards, job.threads, job.resources, job.log,
        job.dag.workflow.config, job.rule.name, None, str(ROOT / "workflow_scripts"),
    )  # fmt: skip


def run_script(arguments: Sequence[str]) -> None:
    """Run a rule's script for one job, as the command line says.

    Args:
        arguments: the rule's name, `name=value` of wildcards, `--configfile FILE`.

    Raises:
        SystemExit: the arguments or the config are wrong, which is told in a line.
    """
    parser = argparse.ArgumentParser(
        prog="python -m workflow_scripts.common.mock",
        description="Run a rule's script for one job, whose inputs exist, without Snakemake.",
    )
    parser.add_argument("rule", help="the rule's name")
    parser.add_argument(
        "wildcards", nargs="*", metavar="name=value", help="a value for each wildcard of the rule"
    )
    parser.add_argument(
        "--configfile", action="append", default=[], metavar="FILE", help="laid over config.yaml"
    )
    given = parser.parse_intermixed_args(arguments)
    for argument in given.wildcards:
        if "=" not in argument:
            parser.error(f"{argument}: a wildcard is given as name=value")
    for file in given.configfile:
        if not Path(file).is_file():
            parser.error(f"--configfile {file}: there is no such file")
    wildcards = dict(argument.split("=", 1) for argument in given.wildcards)
    try:
        job = _runnable_job(given.rule, given.configfile, wildcards)
    except (InputError, RuleException, WorkflowError) as error:
        sys.exit(f"{parser.prog}: {error}")
    script = (ROOT / "rules" / job.rule.script).resolve()
    runpy.run_path(str(script), {"snakemake": _as_script_sees(job)}, "__main__")


def _runnable_job(rule: str, configfiles: Sequence[str], wildcards: dict[str, str]) -> Job:
    job = _job(rule, configfiles, wildcards)
    if job.rule.script is None:
        raise InputError(f"rule {rule} has no script: name one that makes a file")
    missing = [str(file) for file in job.input if not Path(file).exists()]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(f"missing: {missing[0]}{more}; run `snakemake` for it first")
    return job


if __name__ == "__main__":
    run_script(sys.argv[1:])
