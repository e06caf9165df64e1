"""Training steps of PyTorch on the same network: forward, NT-Xent, clipping, backward, fused AdamW.

Several ways to run it are tried while preparing and the fastest is the peer. torch.compile is a peer of its own: it needs a
C++ compiler and up to a minute, which neither lightly nor the usual SimCLR script asks for.

Where PyTorch finds a GPU it uses it, with TF32 for float32 products as TensorFlow does by default.
"""

import os
import time

import torch
from torch.nn import functional

from networks import adamw, parameters_of, with_head

WARM_UP_STEPS = 2
TRIED_STEPS = 3
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def nt_xent(z, temperature: float):
    """Chen et al. (2020), eq. 1, over z [2n, d] whose row i belongs to row i ± n."""
    z = functional.normalize(z.float(), dim=1)
    with torch.autocast(DEVICE, enabled=False):
        logits = z @ z.T / temperature
    logits.fill_diagonal_(-1e9)
    n = len(z) // 2
    others = torch.arange(len(z), device=z.device).roll(n)
    return functional.cross_entropy(logits, others)


class Way:
    """One way to run the step."""

    def __init__(self, name: str, params: dict):
        self.name = name
        torch.manual_seed(1)
        self.model = with_head(params["spec"]).train()
        layout = torch.contiguous_format if "contiguous" in name else torch.channels_last
        self.model.to(DEVICE, memory_format=layout)
        self.count = parameters_of(self.model)
        self.temperature = params["temperature"]
        px = params["imagePx"]
        self.pixels = torch.randn(params["views"], params["spec"]["channels"], px, px).to(DEVICE, memory_format=layout)
        self.autocast = "autocast" in name
        self.masters = None
        if "bf16 weights" in name:
            # Filters and activations in bf16, master weights and batch norm in f32.
            self.masters = [p.detach().clone().requires_grad_() for p in self.model.parameters()]
            for module in self.model.modules():
                if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
                    module.bfloat16()
            self.pixels = self.pixels.bfloat16()
            holder = torch.nn.ParameterList([torch.nn.Parameter(m) for m in self.masters])
            self.masters = list(holder)
            self.optimiser = adamw(holder, 1e-3)
        else:
            self.optimiser = adamw(self.model, 1e-3)
        self.forward = torch.compile(self.model) if "compiled" in name else self.model

    def step(self):
        with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=self.autocast):
            z = self.forward(self.pixels)
        loss = nt_xent(z, self.temperature)
        self.model.zero_grad(set_to_none=True)
        loss.backward()
        weights = list(self.model.parameters())
        if self.masters is not None:
            for master, weight in zip(self.masters, weights):
                master.grad = weight.grad.float()
            weights_to_clip = self.masters
        else:
            weights_to_clip = weights
        torch.nn.utils.clip_grad_norm_(weights_to_clip, 5.0, foreach=True)
        self.optimiser.step()
        if self.masters is not None:
            with torch.no_grad():
                for master, weight in zip(self.masters, weights):
                    weight.copy_(master)
        return loss

    def time(self, steps: int) -> float:
        start = time.perf_counter()
        for _ in range(steps):
            loss = self.step()
        loss = float(loss.detach())
        if loss != loss:
            raise ArithmeticError("the loss is not a number")
        return time.perf_counter() - start


def prepare(params: dict):
    torch.set_num_threads(os.cpu_count())
    torch.set_float32_matmul_precision("high")
    names = {
        "f32": ["f32 channels_last", "f32 contiguous"],
        "bf16": ["bf16 autocast channels_last", "bf16 weights channels_last"],
    }[params["precision"]]
    if params["compiled"]:
        names = [f"{names[0]} compiled"]
    ways = [Way(name, params) for name in names]
    for way in ways:
        way.time(WARM_UP_STEPS)
    # Twice, and the better of both: a moment's disturbance must not choose the slower way.
    tried = {way: min(way.time(TRIED_STEPS) for _ in range(2)) / TRIED_STEPS for way in ways}
    best = min(tried, key=tried.get)
    views, steps = params["views"], params["steps"]
    shown = ", ".join(f"{way.name} {views / seconds:.0f}/s" for way, seconds in tried.items())
    device = torch.cuda.get_device_name() if DEVICE == "cuda" else f"{torch.get_num_threads()} threads"
    facts = {
        "detail": f"PyTorch {torch.__version__}, {best.name}, {device}; tried: {shown}",
        "parameters": best.count,
    }
    return facts, lambda: {"seconds": best.time(steps), "items": steps * views}
