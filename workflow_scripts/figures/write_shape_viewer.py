"""One HTML page on which the examples of every data set turn under the mouse."""

from inr2vec_core.io.atomic import atomic
from inr2vec_core.io.shape_sets import read_examples
from inr2vec_core.reporting.viewer import Section, write_page
from workflow_scripts.common.job import run


def main(snakemake):
    sections = []
    for path, title in zip(snakemake.input, snakemake.params.titles, strict=True):
        examples = read_examples(path)
        versions = list(examples[0].versions)
        shapes = [(e.shape_id, [e.versions[v] for v in versions]) for e in examples]
        sections.append(Section(title, versions, shapes))
    with atomic(snakemake.output[0]) as path:
        write_page(sections, path, snakemake.params.page_title)


if __name__ == "__main__":
    run(main, snakemake)
