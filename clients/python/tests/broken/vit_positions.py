# https://github.com/yitu-opensource/T2T-ViT/issues/53
# The size of tensor a (577) must match the size of tensor b (197) at non-singleton dimension 1
# check: ViT image=3x96x96
# call: 22 cause: 15
import torch
import torch.nn as nn
import torch.nn.functional as F


class ViT(nn.Module):
    def __init__(self, img_size=64, patch=16, dim=48, classes=10):
        super().__init__()
        patches = (img_size // patch) ** 2
        self.patch_embed = nn.Conv2d(3, dim, patch, stride=patch)
        self.pos_embed = nn.Parameter(torch.zeros(1, patches, dim))
        self.block = nn.TransformerEncoderLayer(dim, 4, batch_first=True)
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, image):
        x = self.patch_embed(image).flatten(2).transpose(1, 2)
        x = x + self.pos_embed
        x = self.norm(self.block(x))
        return self.head(x[:, 0])
