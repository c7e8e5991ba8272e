"""Groups of INRs: order, threads, the number at once, and memory that does not suffice."""

import threading
from concurrent.futures import CancelledError

import pytest
import torch

from inr2vec_core.inrs import fit_many as batching
from inr2vec_core.inrs.fit_many import choose_batching, fit_many
from inr2vec_core.inrs.fitting import FitSettings, fit
from inr2vec_core.inrs.siren import initial_weights
from inr2vec_core.inrs.siren_config import SirenConfig

SHAPE, SETTINGS, CPU = SirenConfig(8, 3), FitSettings(3, queries=6, lr=1e-3), torch.device("cpu")


def groups(n):
    """A loader of n INRs, and all of them at once."""
    generator = torch.Generator().manual_seed(0)
    initial = torch.stack([torch.from_numpy(initial_weights(SHAPE, 0, i)) for i in range(n)])
    stored = torch.randint(0, 32767, (n, 20, 4), dtype=torch.int16, generator=generator)
    offsets = torch.arange(n)
    return lambda rows: (initial[rows], stored[rows], offsets[rows]), (initial, stored, offsets)


def fitted(n, **settings):
    load, _ = groups(n)
    numbers, weights, losses = zip(
        *fit_many(load, n, SHAPE, SETTINGS, CPU, **settings), strict=True
    )
    assert numbers == tuple(range(n))
    return torch.stack(weights), torch.stack(losses)


@pytest.mark.parametrize(("at_once", "threads"), [(None, 1), (1, 1), (2, 1), (3, 2), (2, 4)])
def test_every_inr_comes_in_order_and_as_if_fitted_with_all_others(at_once, threads):
    _, (initial, stored, offsets) = groups(7)
    expected, expected_losses = fit(initial, stored, SHAPE, SETTINGS, offsets)
    weights, losses = fitted(7, at_once=at_once, threads=threads)
    torch.testing.assert_close(weights, expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(losses, expected_losses, rtol=1e-5, atol=0)


def test_the_same_groups_give_the_same_bits_in_any_number_of_threads():
    one, two = fitted(6, at_once=2, threads=1), fitted(6, at_once=2, threads=2)
    assert torch.equal(one[0], two[0]) and torch.equal(one[1], two[1])


def test_no_inr_at_all():
    load, _ = groups(1)
    assert list(fit_many(load, 0, SHAPE, SETTINGS, CPU)) == []


def test_groups_are_fitted_with_the_faster_products(monkeypatch):
    monkeypatch.setattr("inr2vec_core.utils.float32_products.onednn_is_faster", lambda: True)
    seen = []

    def watched(*arguments):
        seen.append(torch.get_float32_matmul_precision())
        return fit(*arguments)

    monkeypatch.setattr(batching, "fit", watched)
    fitted(2, at_once=1)
    assert seen == ["medium"] * 2
    assert torch.get_float32_matmul_precision() == "highest"


def test_the_caller_keeps_its_number_of_threads():
    before = torch.get_num_threads()
    fitted(2, threads=2)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't allocate memory: 1 GiB")])
def test_half_as_many_where_memory_runs_out(error, monkeypatch, caplog):
    expected = fitted(6, at_once=6)
    tried = []

    def tight(initial, *rest):
        tried.append(len(initial))
        if len(initial) > 2:
            raise error
        return fit(initial, *rest)

    monkeypatch.setattr(batching, "fit", tight)
    weights, losses = fitted(6, at_once=6)
    assert tried == [6, 3, 1, 2, 3, 1, 2]
    assert "6 INRs at once: trying 3" in caplog.text
    torch.testing.assert_close(weights, expected[0], rtol=0, atol=1e-5)
    torch.testing.assert_close(losses, expected[1], rtol=1e-5, atol=0)


def test_an_inr_that_does_not_fit_alone_and_other_errors_are_raised(monkeypatch):
    def fail(*_):
        raise RuntimeError("can't allocate memory")

    monkeypatch.setattr(batching, "fit", fail)
    with pytest.raises(RuntimeError, match="allocate"):
        fitted(2)

    def other(*_):
        raise RuntimeError("something else")

    monkeypatch.setattr(batching, "fit", other)
    with pytest.raises(RuntimeError, match="something else"):
        fitted(2)


def test_one_failing_thread_ends_the_others(monkeypatch):
    def third_fails(initial, stored, shape, settings, offsets, *arguments):
        if offsets[0] == 2:
            raise ValueError("the third")
        return fit(initial, stored, shape, settings, offsets, *arguments)

    monkeypatch.setattr(batching, "fit", third_fails)
    with pytest.raises(ValueError, match="the third"):
        fitted(7, at_once=1, threads=3)


def test_an_interrupted_caller_stops_the_fits_that_run(monkeypatch):
    ended = threading.Event()

    def slow(initial, stored, shape, settings, *arguments):
        try:
            return fit(initial, stored, shape, FitSettings(10**9, queries=6), *arguments)
        except CancelledError:
            ended.set()
            raise

    monkeypatch.setattr(batching, "fit", slow)
    load, _ = groups(4)

    def load_then_stop(rows):
        if rows.start == 2:
            raise KeyboardInterrupt
        return load(rows)

    with pytest.raises(KeyboardInterrupt):
        list(fit_many(load_then_stop, 4, SHAPE, SETTINGS, CPU, at_once=2))
    assert ended.wait(30)


@pytest.mark.parametrize(
    ("width", "queries", "at_once", "chunk"),
    [(64, 1024, 4, 1024), (64, 512, 8, 512), (128, 2048, 1, 2048), (512, 10_000, 1, 512),
     (4096, 10_000, 1, 256), (8, 8, 64, 512)],
)  # fmt: skip
def test_on_a_cpu_activations_stay_in_the_cache(width, queries, at_once, chunk):
    found = choose_batching(SirenConfig(width, 4), queries, CPU)
    assert (found.at_once, found.chunk) == (at_once, chunk)


def test_the_number_at_once_can_be_said():
    assert choose_batching(SirenConfig(64, 4), 1024, CPU, at_once=16).at_once == 16


@pytest.mark.parametrize(("free", "at_once"), [(80e9, 26), (8e9, 19), (1e6, 1)])
def test_on_a_gpu_they_fill_the_card_as_far_as_its_memory_goes(free, at_once, monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (int(free), 0))
    found = choose_batching(SirenConfig(512, 4), 10_000, torch.device("cuda"))
    assert (found.at_once, found.chunk) == (at_once, None)
    assert choose_batching(SirenConfig(64, 4), 64, torch.device("cuda")).at_once <= 256
