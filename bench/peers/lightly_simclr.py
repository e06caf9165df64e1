"""lightly's SimCLR from pictures on disk: SimCLRTransform, DataLoader, NTXentLoss, SimCLRProjectionHead; our trunk, AdamW.

The number of DataLoader workers is the fastest of those tried while preparing. One sampler runs over all steps, so that the
workers never drain between epochs.
"""

import os
import time

import torch
from lightly.loss import NTXentLoss
from lightly.models.modules import SimCLRProjectionHead
from lightly.transforms import SimCLRTransform
from PIL import Image
from torch.utils.data import DataLoader, Dataset, RandomSampler

import lightly
from networks import Trunk, adamw, parameters_of


class Pictures(Dataset):
    """Both views of a picture that is read from disk each time, as LightlyDataset does it."""

    def __init__(self, paths, transform, channels):
        self.paths, self.transform, self.channels = paths, transform, channels

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as file:
            picture = file.convert("RGB")
        # The transform wants three channels; of a grey picture one is enough for the network, and all are the same.
        return [view[: self.channels] for view in self.transform(picture)]


class Trainer:
    def __init__(self, params: dict):
        torch.manual_seed(1)
        self.batch = params["batch"]
        self.autocast = params["precision"] == "bf16"
        transform = SimCLRTransform(input_size=params["tilePx"])
        self.data = Pictures(params["paths"], transform, params["spec"]["channels"])
        trunk = Trunk(params["spec"])
        head = SimCLRProjectionHead(trunk.width, trunk.width, 64, batch_norm=False)
        self.model = torch.nn.Sequential(trunk, head).train().to(memory_format=torch.channels_last)
        self.criterion = NTXentLoss(temperature=params["temperature"])
        self.optimiser = adamw(self.model, 1e-3)

    def train(self, steps: int, workers: int) -> float:
        start = time.perf_counter()
        loader = DataLoader(
            self.data,
            batch_size=self.batch,
            sampler=RandomSampler(self.data, num_samples=steps * self.batch),
            num_workers=workers,
            drop_last=True,
        )
        for first, second in loader:
            views = torch.cat([first, second]).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.autocast):
                z = self.model(views)
            za, zb = z.float().chunk(2)
            loss = self.criterion(za, zb)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            self.optimiser.step()
        if not torch.isfinite(loss.detach()):
            raise ArithmeticError("the loss is not a number")
        return time.perf_counter() - start


def prepare(params: dict):
    torch.set_num_threads(os.cpu_count())
    trainer = Trainer(params)
    views, steps = 2 * params["batch"], params["steps"]
    trainer.train(1, 0)
    tried = {workers: trainer.train(params["triedSteps"], workers) for workers in range(os.cpu_count() + 1)}
    workers = min(tried, key=tried.get)
    shown = ", ".join(f"{n}: {params['triedSteps'] * views / seconds:.0f}/s" for n, seconds in tried.items())
    kind = "bf16 autocast" if trainer.autocast else "f32"
    facts = {
        "detail": f"lightly {lightly.__version__} on PyTorch {torch.__version__}, {kind}, channels_last, "
        f"{workers} DataLoader workers (tried {shown})",
        "parameters": parameters_of(trainer.model),
    }
    return facts, lambda: {"seconds": trainer.train(steps, workers), "items": steps * views}
