# https://github.com/kijai/ComfyUI-CogVideoXWrapper/issues/209
# Expected weight to be a vector of size equal to the number of channels in input, but got weight of shape [3072]
# check: Fuser video=48x12x18
# call: 18 cause: 13
import torch
import torch.nn as nn
import torch.nn.functional as F


class Fuser(nn.Module):
    def __init__(self, inner_dim=96, channels=48):
        super().__init__()
        self.norm = nn.GroupNorm(num_groups=8, num_channels=inner_dim)
        self.gamma = nn.Conv2d(channels, channels, 3, padding=1)
        self.beta = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, video):
        h = self.norm(video)
        return h + F.silu(self.gamma(h)) * self.beta(h)
