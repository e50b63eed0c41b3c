# https://github.com/open-mmlab/mmsegmentation/issues/2330
# Given groups=1, weight of size [32, 1, 3, 3], expected input[4, 3, 320, 220] to have 1 channels, but got 3
# check: build_segmentor img=3x80x60
# call: 29 cause: 19
import torch
import torch.nn as nn
import torch.nn.functional as F


CONFIG = dict(
    backbone=dict(in_channels=1, base_channels=32, stages=2),
    head=dict(num_classes=4),
)


class Backbone(nn.Module):
    def __init__(self, in_channels, base_channels, stages):
        super().__init__()
        self.stem = nn.Conv2d(in_channels, base_channels, 3, stride=2, padding=1)
        layers = []
        for stage in range(stages):
            layers.append(nn.Conv2d(base_channels * 2**stage, base_channels * 2 ** (stage + 1), 3, stride=2, padding=1))
            layers.append(nn.BatchNorm2d(base_channels * 2 ** (stage + 1)))
            layers.append(nn.ReLU())
        self.layers = nn.Sequential(*layers)
        self.width = base_channels * 2**stages

    def forward(self, img):
        return self.layers(F.relu(self.stem(img)))


class Segmentor(nn.Module):
    def __init__(self, backbone, head):
        super().__init__()
        self.backbone = Backbone(**backbone)
        self.head = nn.Conv2d(self.backbone.width, head["num_classes"], 1)

    def forward(self, img):
        return F.interpolate(self.head(self.backbone(img)), size=img.shape[2:])


def build_segmentor():
    return Segmentor(**CONFIG)
