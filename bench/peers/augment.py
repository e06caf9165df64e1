"""Views a second of lightly's SimCLRTransform (one process, or DataLoader workers) and of torchvision's v2 on whole batches.

Pictures are decoded beforehand, as ours are.
"""

import os
import time

import torch
import torchvision
from lightly.transforms import SimCLRTransform
from PIL import Image
from torch.utils.data import DataLoader, Dataset, RandomSampler
from torchvision.transforms import v2

import lightly


class Decoded(Dataset):
    def __init__(self, paths, tile_px):
        self.pictures = [Image.open(path).convert("RGB") for path in paths]
        self.transform = SimCLRTransform(input_size=tile_px)

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        return self.transform(self.pictures[index])


def load(data, batch: int, batches: int, workers: int) -> float:
    start = time.perf_counter()
    sampler = RandomSampler(data, num_samples=batch * batches)
    for first, second in DataLoader(data, batch_size=batch, sampler=sampler, num_workers=workers):
        assert len(first) == len(second)
    return time.perf_counter() - start


def whole_batches(paths, tile_px: int, batch: int):
    """The changes of SimCLRTransform as v2 transforms of whole batches: one draw for all pictures of a batch."""
    jitter = v2.ColorJitter(0.8, 0.8, 0.8, 0.2)
    change = v2.Compose(
        [
            v2.RandomResizedCrop(tile_px, scale=(0.08, 1.0), antialias=True),
            v2.RandomHorizontalFlip(),
            v2.RandomApply([jitter], 0.8),
            v2.RandomGrayscale(0.2),
            v2.RandomApply([v2.GaussianBlur(2 * (tile_px // 20) + 1, (0.1, 2.0))], 0.5),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    )
    pictures = torch.stack([v2.functional.pil_to_tensor(Image.open(path).convert("RGB")) for path in paths[:batch]])

    def run(batches: int) -> float:
        start = time.perf_counter()
        for _ in range(2 * batches):
            change(pictures)
        return time.perf_counter() - start

    return run


def prepare(params: dict):
    batch, batches, mode = params["batch"], params["batches"], params["mode"]
    torch.manual_seed(1)
    if mode == "v2":
        torch.set_num_threads(os.cpu_count())
        run = whole_batches(params["paths"], params["tilePx"], batch)
        run(1)
        detail = f"torchvision {torchvision.__version__} v2, one draw for a whole batch"
        return {"detail": detail}, lambda: {"seconds": run(batches), "items": 2 * batch * batches}
    data = Decoded(params["paths"], params["tilePx"])
    torch.set_num_threads(1)
    choices = range(1, os.cpu_count() + 1) if mode == "workers" else [0]
    tried = {workers: load(data, batch, 2, workers) for workers in choices}
    workers = min(tried, key=tried.get)
    detail = f"lightly {lightly.__version__} SimCLRTransform, " + (
        f"{workers} DataLoader workers" if workers else "one process on one core"
    )
    return {"detail": detail}, lambda: {"seconds": load(data, batch, batches, workers), "items": 2 * batch * batches}
