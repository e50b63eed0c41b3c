# https://github.com/ViTAE-Transformer/ViTDet/issues/25
# Given normalized_shape=[256], expected input with shape [*, 256], but got input of size[4, 256, 200, 200]
# check: Neck image=3x64x64
# call: 20 cause: 14
import torch
import torch.nn as nn
import torch.nn.functional as F


class Neck(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, stride=4)
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.head = nn.Linear(width, 10)

    def forward(self, image):
        x = self.patches(image)
        x = self.norm(x)
        x = F.gelu(self.conv(x))
        return self.head(x.mean(dim=(2, 3)))
