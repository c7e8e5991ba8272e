"""Faster products of float32: where they are allowed, and that they stay float32."""

import threading

import pytest
import torch

from inr2vec_core.utils import float32_products
from inr2vec_core.utils.float32_products import fast_float32_products, onednn_is_faster

CPU = torch.device("cpu")
TURIN = {"cpu_name": "AMD EPYC", "avx512_f": True, "amx_tile": False}


@pytest.fixture(autouse=True)
def as_before():
    yield
    onednn_is_faster.cache_clear()
    torch.set_float32_matmul_precision("highest")


@pytest.fixture
def processor(monkeypatch):
    """A function that says which processor this is, and whether its products are exact."""

    def is_one(exact=True, **capabilities):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: TURIN | capabilities)
        if exact is not None:
            monkeypatch.setattr(float32_products, "_exact_by_onednn", lambda: exact)
        onednn_is_faster.cache_clear()

    return is_one


def inside(device=CPU, **options):
    with fast_float32_products(device, **options):
        return torch.get_float32_matmul_precision()


def test_products_are_those_of_float32():
    a = torch.randn(300, 200, generator=torch.Generator().manual_seed(0))
    b = torch.randn(200, 100, generator=torch.Generator().manual_seed(1))
    with fast_float32_products(CPU):
        error = (a @ b - (a.double() @ b.double())).abs().max()
    assert 0 < error < 1e-4  # bfloat16: 0.2


def test_a_gpu_takes_tf32_where_it_may_and_a_processor_never():
    gpu = torch.device("cuda")
    assert inside(gpu, tf32=True) == "high"
    assert inside(gpu) == torch.get_float32_matmul_precision() == "highest"
    assert inside(CPU, tf32=True) == inside(CPU)


def test_on_an_amd_processor_with_avx512_onednn_multiplies(processor):
    processor()
    assert inside() == "medium"
    assert torch.get_float32_matmul_precision() == "highest"


@pytest.mark.parametrize(
    "other",
    [
        {"cpu_name": "Intel(R) Xeon(R)"}, {"avx512_f": False}, {"amx_tile": True},
        {"exact": False},
    ],
)  # fmt: skip
def test_elsewhere_and_where_products_would_be_rounded_nothing_changes(other, processor):
    processor(**other)
    assert inside() == "highest"


def test_a_gpu_changes_nothing(processor):
    processor()
    assert inside(torch.device("cuda")) == "highest"


def test_the_probe_tells_rounded_products(monkeypatch, processor):
    processor(exact=None)
    product = torch.Tensor.__matmul__
    assert float32_products._exact_by_onednn()
    monkeypatch.setattr(
        torch.Tensor, "__matmul__", lambda a, b: product(a.bfloat16(), b.bfloat16()).float()
    )
    assert not float32_products._exact_by_onednn()


def test_the_setting_lasts_until_the_last_context_ends_and_is_the_former_then(processor):
    processor()
    torch.set_float32_matmul_precision("high")
    entered, leave = threading.Event(), threading.Event()

    def other():
        with fast_float32_products(CPU):
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with fast_float32_products(CPU):
        thread.start()
        assert entered.wait(10)
    assert torch.get_float32_matmul_precision() == "medium"
    leave.set()
    thread.join()
    assert torch.get_float32_matmul_precision() == "high"


def test_an_error_inside_ends_the_context(processor):
    processor()
    with pytest.raises(ZeroDivisionError), fast_float32_products(CPU):
        raise ZeroDivisionError
    assert torch.get_float32_matmul_precision() == "highest"
