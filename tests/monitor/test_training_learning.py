"""The training loop: its batches, its speed, and the workers' mean. Needs torch (extra train)."""

import random
from itertools import chain
from threading import Barrier, Thread

import pytest

from monitor.sentiment.encoding import Encoded
from training.mixture import View

torch = pytest.importorskip("torch")
learning = pytest.importorskip("training.learning")
networks = pytest.importorskip("training.network")


def view(length: int) -> View:
    encoded = Encoded(ids=[4] * length, flags=[0] * length)
    return View(encoded=encoded, wanted=(1.0, 0.0, 0.0), targeted=False, weight=1.0)


def test_every_view_is_in_one_batch_of_bounded_size() -> None:
    """Batches hold texts of like length, in random order."""
    views = [view(2 + number % 60) for number in range(500)]
    random.seed(1)
    plan = learning.shuffled(views)

    assert sorted(map(id, chain.from_iterable(plan))) == sorted(map(id, views))
    longest = [max(len(one.encoded.ids) for one in batch) for batch in plan]
    assert longest != sorted(longest)
    assert max(len(batch) * size for batch, size in zip(plan, longest, strict=True)) <= (
        learning.PIECES_A_STEP * 1.2
    )


def test_speed_rises_shortly_and_falls_evenly() -> None:
    """From nearly nothing to the first rate, then down to the last one."""
    speeds = [learning._speed(step / 100, 0.25) for step in range(101)]
    assert speeds[0] < 0.05
    assert speeds.index(max(speeds)) <= 4
    assert speeds[5:] == sorted(speeds[5:], reverse=True)
    assert speeds[-1] == pytest.approx(0.25)


def test_attention_is_the_same_with_and_without_learning() -> None:
    """Written out where gradients are wanted, fused where they are not."""
    torch.manual_seed(1)
    layer = networks.Layer(24, 2, 48).eval()
    x = torch.randn(3, 7, 24)
    bias = networks._bias(torch.tensor([[1.0] * 7, [1.0] * 4 + [0.0] * 3, [1.0] + [0.0] * 6]))
    learnt = layer(x, bias).detach()
    with torch.no_grad():
        assert torch.allclose(layer(x, bias), learnt, atol=1e-5)


def test_workers_go_on_from_their_mean() -> None:
    """Two workers meet; both leave with the same weights."""
    own = [[torch.nn.Parameter(torch.full((3,), float(number)))] for number in (1, 5)]
    meeting = learning.Meeting(weights=torch.zeros(2, 3), barrier=Barrier(2))
    threads = [Thread(target=meeting.average, args=(number, own[number])) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [parameters[0].tolist() for parameters in own] == [[3.0] * 3] * 2


def test_lowering_neutral_changes_no_other_logit() -> None:
    """What changes is the bias that is stored, so nothing is needed at run time."""
    network = torch.nn.Module()
    network.toward, network.whole = networks.Head(6).eval(), networks.Head(6).eval()
    pooled = torch.randn(4, 12)
    toward, whole = network.toward(pooled).detach(), network.whole(pooled).detach()
    networks.Network.lower_neutral(network, "whole", 0.2)
    assert torch.equal(toward, network.toward(pooled))
    wanted = torch.tensor([0.0, 0.2, 0.0])
    assert torch.allclose(whole - network.whole(pooled), wanted, atol=1e-6)
