"""Train a classifier on the embeddings of one data set; test the best validation model."""

import torch
from _job import run, torch_device
from _results import write_classification

from inr2vec_core.classification import Classification, Split, mlp_classifier
from inr2vec_core.embeddings import read_embeddings
from inr2vec_core.seeding import derive_seed
from inr2vec_core.training import TrainSettings, train


def main(snakemake):
    settings, seed = snakemake.params.settings, int(snakemake.wildcards.seed)
    device = torch_device(snakemake)
    data = read_embeddings(snakemake.input[0])
    splits = {
        name: Split.of(data.x[data.split == name], data.labels[data.split == name]).to(device)
        for name in ("train", "val", "test")
    }
    torch.manual_seed(derive_seed(seed, "classifier"))
    model = mlp_classifier(
        data.x.shape[1], len(data.classes), settings["hidden"], settings["dropout"]
    )
    task = Classification(
        model.to(device),
        splits["train"],
        splits["val"],
        settings["batch"],
        seed,
        settings["stitchup"],
    )
    course = train(
        task,
        TrainSettings(settings["epochs"], settings["lr"], settings["weight_decay"], "onecycle"),
        seed,
        "classifier",
    )
    with torch.no_grad():
        scores = task.model(splits["test"].x).softmax(1).cpu().numpy()
    write_classification(
        snakemake,
        data,
        scores,
        seed,
        validation_accuracy=course.best_score,
        best_epoch=course.best_epoch,
    )


if __name__ == "__main__":
    run(main, snakemake)
