"""One HTML page on which the examples of every data set turn under the mouse."""

from _job import run

from inr2vec_core.examples import read_examples
from inr2vec_core.storage import atomic
from inr2vec_core.viewer import Section, write_page


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
