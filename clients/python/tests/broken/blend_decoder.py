# https://github.com/mapooon/BlendFace/issues/13
# the decoder layer takes 2048 channels, and the one before gives 1024
# check: Decoder z=128x2x2
# call: 29 cause: 13
import torch
import torch.nn as nn
import torch.nn.functional as F


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.in_channel = [128, 256, 128, 64]
        self.out_channel = [128, 128, 64, 32]
        self.layers = nn.ModuleDict(
            {
                f"layer_{i}": nn.Sequential(
                    nn.ConvTranspose2d(self.in_channel[i], self.out_channel[i], kernel_size=4, stride=2, padding=1),
                    nn.BatchNorm2d(self.out_channel[i]),
                    nn.LeakyReLU(0.1),
                )
                for i in range(4)
            }
        )

    def forward(self, z):
        maps = []
        for i in range(4):
            z = self.layers[f"layer_{i}"](z)
            maps.append(z)
        return maps
