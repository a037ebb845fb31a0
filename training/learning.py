"""The loop that trains: batches of like length, workers whose weights are averaged.

Each of two workers learns from its half of the batches on one thread, and every few
steps both go on from the mean of their weights. That uses two cores without
either waiting for the other at each step, and averaging steadies the result.
What comes out depends on the seed alone. With a GPU there is one worker.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

import torch
from torch import Tensor, nn
from torch.nn import functional

from monitor.sentiment.encoding import batches, padded
from training.mixture import Stage, View
from training.network import Network

PIECES_A_STEP = 1536
HEAD_SPEED = 5.0
WARM_UP = 0.04
SMOOTHING = 0.05
CLIP = 1.0
STEPS_A_LINE = 50
PATIENCE = 1800  # seconds a worker waits for the other one


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Where workers leave their weights and wait for each other."""

    weights: Tensor  # a row for each worker, in shared memory
    barrier: Barrier

    def average(self, worker: int, parameters: Sequence[nn.Parameter]) -> None:
        """Go on from the mean of all workers' weights."""
        with torch.no_grad():
            self.weights[worker] = nn.utils.parameters_to_vector(parameters)
            self.barrier.wait(PATIENCE)
            nn.utils.vector_to_parameters(self.weights.mean(0), parameters)
            self.barrier.wait(PATIENCE)


def learn(network: Network, views: list[View], stage: Stage, seed: int) -> None:
    """Train the network in place."""
    random.seed(seed)
    plan = shuffled(views)
    workers = 1 if network.device.type == "cuda" else stage.workers
    shares = [plan[worker::workers][: len(plan) // workers] for worker in range(workers)]
    learning = learning_parameters(network)
    size = sum(parameter.numel() for parameter in learning)
    context = get_context("fork")
    meeting = Meeting(
        weights=torch.zeros(workers, size, device=network.device).share_memory_(),
        barrier=context.Barrier(workers),
    )
    others = [
        context.Process(
            target=_work,
            args=(network, shares[worker], stage, worker, seed, meeting),
            daemon=True,
        )
        for worker in range(1, workers)
    ]
    for process in others:
        process.start()
    _work(network, shares[0], stage, 0, seed, meeting)
    for process in others:
        process.join()


def learning_parameters(network: Network) -> list[nn.Parameter]:
    """What is trained, in a fixed order."""
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def shuffled(views: Sequence[View]) -> list[list[View]]:
    """Batches of nearly like length in random order."""
    lengths = [len(view.encoded.ids) + random.randrange(5) for view in views]
    found = [[views[n] for n in places] for places in batches(lengths, pieces=PIECES_A_STEP)]
    random.shuffle(found)
    return found


def _work(
    network: Network,
    plan: Sequence[list[View]],
    stage: Stage,
    worker: int,
    seed: int,
    meeting: Meeting,
) -> None:
    """One worker's share of a stage."""
    torch.manual_seed(1000 * seed + worker)
    learning = learning_parameters(network)
    optimizer = _optimizer(network, stage.first_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: _speed(step / len(plan), stage.last_rate / stage.first_rate)
    )
    losses: list[float] = []
    started = time.perf_counter()
    network.train()
    half = half_precision(network.device)
    for step, batch in enumerate(plan, start=1):
        with torch.autocast(network.device.type, torch.bfloat16, enabled=half):
            loss = loss_of(network, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, CLIP)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % stage.steps_alone == 0 or step == len(plan):
            meeting.average(worker, learning)
        if step % STEPS_A_LINE == 0 and worker == 0:
            mean = sum(losses[-STEPS_A_LINE:]) / STEPS_A_LINE
            spent = time.perf_counter() - started
            print(f"step {step}/{len(plan)} loss {mean:.3f} {spent:.0f} s", flush=True)


def _optimizer(network: Network, rate: float) -> torch.optim.Optimizer:
    """AdamW; the heads, which start from nothing, learn faster."""
    named = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    heads = [p for name, p in named if name.startswith(("toward", "whole"))]
    body = [p for name, p in named if not name.startswith(("toward", "whole"))]
    groups = [{"params": body, "lr": rate}, {"params": heads, "lr": rate * HEAD_SPEED}]
    return torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), fused=True)


def _speed(done: float, end: float) -> float:
    """Share of the first rate: a short warm-up, then evenly down to the last rate."""
    return min((done + 1e-3) / WARM_UP, 1.0) * (1 - done * (1 - end))


def half_precision(device: torch.device) -> bool:
    """Whether products of 16-bit numbers are quick there: on a CPU, whether it has tiles."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


def loss_of(network: Network, batch: Sequence[View]) -> Tensor:
    """Mean weighted, smoothed loss of the batch, each row through the head it has a label for."""
    ids, flags, attention = network.on_device(padded([view.encoded for view in batch]))
    with torch.no_grad():
        lower = network.lower(ids, flags, attention)
    pooled = network.upper(lower, flags, attention)
    device = pooled.device
    targeted = torch.tensor([view.targeted for view in batch], device=device)
    wanted = torch.tensor([view.wanted for view in batch], device=device)
    weights = torch.tensor([view.weight for view in batch], device=device)
    logits = torch.where(targeted[:, None], network.toward(pooled), network.whole(pooled)).float()
    losses = functional.cross_entropy(logits, wanted, label_smoothing=SMOOTHING, reduction="none")
    return (losses * weights).mean()
