# https://github.com/dzld00/pytorch-manifold-matching/issues/7
# mat1 and mat2 shapes cannot be multiplied (64x8192 and 512x10), after another image size
# check: Encoder image=3x128x128
# call: 33 cause: 29
import torch
import torch.nn as nn
import torch.nn.functional as F


def block(in_channels, out_channels):
    return [
        nn.Conv2d(in_channels, out_channels, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.LeakyReLU(0.2),
    ]


class Encoder(nn.Module):
    def __init__(self, features=32, dim=10):
        super().__init__()
        layers = []
        layers += block(3, features)
        layers += block(features, features * 2)
        layers += block(features * 2, features * 4)
        layers += block(features * 4, features * 8)
        self.main = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Flatten(),
            nn.Linear(features * 8 * 4 * 4, dim),
        )

    def forward(self, image):
        return self.head(self.main(image))
