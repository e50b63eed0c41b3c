# https://github.com/mapooon/Face2Diffusion/issues/3
# Tensors must have same number of dimensions: got 4 and 2
# check: Fusion image=3x32x32 expression=64
# call: 21 cause: 21 missed: cause
import torch
from torch import nn


class Fusion(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(32, 96, 3, stride=2, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
        )
        self.mix = nn.Linear(96 + 64, 128)

    def forward(self, image, expression):
        x = self.backbone(image)
        x = torch.cat([x, expression], 1)
        return self.mix(x)
