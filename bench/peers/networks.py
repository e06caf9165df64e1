"""The networks of ../network-spec.ts in PyTorch, with SimCLR's projection head."""

import torch
from torch import nn


class Block(nn.Module):
    """Basic residual block of He et al. (2016); short cut as the description says."""

    def __init__(self, before: int, width: int, stride: int, shortcut: str):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width, eps=1e-3)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width, eps=1e-3)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = None
        if stride != 1 or before != width:
            mean = stride == 2 and shortcut == "mean"
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(2, ceil_mode=True) if mean else nn.Identity(),
                nn.Conv2d(before, width, 1, 1 if mean else stride, bias=False),
                nn.BatchNorm2d(width, eps=1e-3),
            )

    def forward(self, x):
        y = self.norm2(self.conv2(self.relu(self.norm1(self.conv1(x)))))
        return self.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class Trunk(nn.Module):
    """Pictures [n, c, h, w] → pooled features [n, width of the last block]."""

    def __init__(self, spec: dict):
        super().__init__()
        side, width = spec["stem"]["side"], spec["stem"]["width"]
        layers = [
            nn.Conv2d(spec["channels"], width, side, 2, side // 2, bias=False),
            nn.BatchNorm2d(width, eps=1e-3),
            nn.ReLU(inplace=True),
        ]
        if spec["maxPool"]:
            layers.append(nn.MaxPool2d(3, 2, 1))
        for block in spec["blocks"]:
            layers.append(Block(width, block["width"], block["stride"], spec["shortcut"]))
            width = block["width"]
        self.width = width
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x).mean((2, 3))


def projection_head(width: int) -> nn.Module:
    return nn.Sequential(nn.Linear(width, width), nn.ReLU(inplace=True), nn.Linear(width, 64))


def with_head(spec: dict) -> nn.Module:
    trunk = Trunk(spec)
    return nn.Sequential(trunk, projection_head(trunk.width))


def parameters_of(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def adamw(model: nn.Module, rate: float) -> torch.optim.Optimizer:
    """AdamW in its fused form; biases and batch norm are not decayed."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 1e-3}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, fused=True)
