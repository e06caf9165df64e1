"""lightly's SimCLR as its users run it, for a given time, then scikit-learn's logistic regression on few labels.

SimCLRTransform at 128 px, batch 128, NTXentLoss and SimCLRProjectionHead with their defaults, AdamW with a cosine over the time
that is given, bf16 autocast where the processor has it. Features: pooled last layer of whole pictures, shorter side 128 px.
Test rows only measure; the labels of a draw are named by the caller.
"""

import math
import os
import time

import numpy as np
import torch
from lightly.loss import NTXentLoss
from lightly.models.modules import SimCLRProjectionHead
from lightly.transforms import SimCLRTransform
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, RandomSampler
from torchvision import transforms

import lightly
from lightly_simclr import Pictures
from networks import Trunk, adamw

PX = 128
BATCH = 128
RATE = 2e-3
WARM_UP_STEPS = 20


def has_bf16() -> bool:
    try:
        with open("/proc/cpuinfo") as file:
            text = file.read()
    except OSError:
        return False
    return "avx512_bf16" in text or "amx_bf16" in text


def pretrain(trunk, paths, seconds: float) -> int:
    """Trains for `seconds` of wall-clock time. Gives the number of steps."""
    head = SimCLRProjectionHead(trunk.width, trunk.width, 128)
    model = torch.nn.Sequential(trunk, head).train().to(memory_format=torch.channels_last)
    criterion = NTXentLoss()
    optimiser = adamw(model, RATE)
    data = Pictures(paths, SimCLRTransform(input_size=PX), 3)
    start = time.perf_counter()
    sampler = RandomSampler(data, num_samples=10**7)
    loader = DataLoader(data, batch_size=min(BATCH, len(paths)), sampler=sampler, num_workers=os.cpu_count())
    use_bf16 = has_bf16()
    steps = 0
    for first, second in loader:
        share = (time.perf_counter() - start) / seconds
        if share >= 1:
            break
        rate = RATE * min(1.0, (steps + 1) / WARM_UP_STEPS) * 0.5 * (1 + math.cos(math.pi * share))
        for group in optimiser.param_groups:
            group["lr"] = rate
        views = torch.cat([first, second]).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=use_bf16):
            z = model(views)
        loss = criterion(*z.float().chunk(2))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        steps += 1
    return steps


def features_of(trunk, paths):
    trunk.eval()
    look = transforms.Compose(
        [
            transforms.Resize(PX),
            transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    )
    rows = []
    with torch.inference_mode():
        for path in paths:
            with Image.open(path) as file:
                rows.append(trunk(look(file.convert("RGB"))[None]).numpy()[0])
    return np.stack(rows)


def few_labels(features, params: dict) -> dict:
    """Mean figures over the draws of each k."""
    labels = np.array(params["labels"])
    test = np.array(params["test"])
    good = params["goodClass"]
    extra = {}
    for row in params["draws"]:
        figures = []
        for chosen in row["chosen"]:
            model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000, class_weight="balanced"))
            model.fit(features[chosen], labels[chosen])
            if good is None:
                figures.append([balanced_accuracy_score(labels[test], model.predict(features[test]))])
                continue
            column = list(model.classes_).index(good)
            defect = 1 - model.predict_proba(features[test])[:, column]
            truth = labels[test] != good
            figures.append([roc_auc_score(truth, defect), average_precision_score(truth, defect)])
        mean = np.mean(figures, 0)
        names = ["balanced_accuracy"] if good is None else ["auroc", "average_precision"]
        extra.update({f"{row['k']}:{name}": float(value) for name, value in zip(names, mean)})
    return extra


def prepare(params: dict):
    torch.set_num_threads(os.cpu_count())
    seeds = iter(params["seeds"])

    def run():
        torch.manual_seed(next(seeds))
        trunk = Trunk(params["spec"])
        start = time.perf_counter()
        steps = pretrain(trunk, [params["paths"][at] for at in params["train"]], 60 * params["minutes"])
        seconds = time.perf_counter() - start
        extra = few_labels(features_of(trunk, params["paths"]), params)
        return {"seconds": seconds, "items": max(1, steps), "extra": {**extra, "steps": steps}}

    precision = "bf16 autocast" if has_bf16() else "f32"
    detail = (
        f"lightly {lightly.__version__} SimCLR, {params['minutes']} min at {PX} px, {precision}; logistic regression of scikit-learn"
    )
    return {"detail": detail}, run
