# https://github.com/crcrpar/pytorch.sngan_projection/issues/4
# Given groups=1, weight of size ..., expected ... channels, in a discriminator that concatenates the label
# check: Discriminator image=3x64x64 label=10
# call: 25 cause: 16
import torch
import torch.nn as nn
import torch.nn.functional as F


class Discriminator(nn.Module):
    def __init__(self, width=32, classes=10, embedding=16):
        super().__init__()
        self.block1 = nn.Conv2d(3, width, 4, stride=2, padding=1)
        self.block2 = nn.Conv2d(width, width * 2, 4, stride=2, padding=1)
        self.label = nn.Linear(classes, embedding)
        self.block3 = nn.Conv2d(width * 2, width * 4, 4, stride=2, padding=1)
        self.score = nn.Linear(width * 4, 1)

    def forward(self, image, label):
        h = F.leaky_relu(self.block1(image), 0.2)
        h = F.leaky_relu(self.block2(h), 0.2)
        y = self.label(label)
        y = y.view(y.size(0), y.size(1), 1, 1).expand(-1, -1, h.size(2), h.size(3))
        h = torch.cat([h, y], dim=1)
        h = F.leaky_relu(self.block3(h), 0.2)
        return self.score(h.mean(dim=(2, 3)))
