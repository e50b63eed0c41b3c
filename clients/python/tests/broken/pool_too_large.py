# https://github.com/pppLang/SKNet/issues/15
# Given input size: (1024x4x4). Calculated output size: (1024x0x0). Output size is too small
# check: SKNet x=3x32x32
# call: 21 cause: 16
import torch
import torch.nn as nn
import torch.nn.functional as F


class SKNet(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.basic = nn.Sequential(nn.Conv2d(3, 32, 7, stride=2, padding=3), nn.BatchNorm2d(32), nn.ReLU(inplace=True))
        self.stage_1 = nn.Sequential(nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU())
        self.stage_2 = nn.Sequential(nn.Conv2d(64, 128, 3, stride=2, padding=1), nn.ReLU())
        self.pool = nn.AvgPool2d(8)
        self.classifier = nn.Linear(128, classes)

    def forward(self, x):
        fea = self.stage_2(self.stage_1(self.basic(x)))
        fea = self.pool(fea)
        return self.classifier(torch.squeeze(torch.squeeze(fea, 3), 2))
