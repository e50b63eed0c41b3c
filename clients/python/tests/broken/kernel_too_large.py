# https://github.com/XPixelGroup/BasicSR/issues/249
# Calculated padded input size per channel: (3 x 3). Kernel size: (4 x 4). Kernel size can't be greater than actual input size
# check: Critic image=3x32x32
# call: 24 cause: 17
import torch
import torch.nn as nn
import torch.nn.functional as F


class Critic(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.enter = nn.Conv2d(3, width, 3, stride=2, padding=1)
        self.down1 = nn.Conv2d(width, width * 2, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(width * 2, width * 4, 4, stride=2, padding=1)
        self.down3 = nn.Conv2d(width * 4, width * 8, 4, stride=2, padding=1)
        self.score = nn.Conv2d(width * 8, 1, 4)

    def forward(self, image):
        x = F.leaky_relu(self.enter(image), 0.2)
        x = F.leaky_relu(self.down1(x), 0.2)
        x = F.leaky_relu(self.down2(x), 0.2)
        x = F.leaky_relu(self.down3(x), 0.2)
        return self.score(x).flatten(1)
