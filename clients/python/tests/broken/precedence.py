# https://github.com/zwx8981/DBCNN-PyTorch/issues/2
# shape '[1, 128, 2820]' is invalid for input of size 368640: | binds before !=
# check: Bilinear image=3x60x28
# call: 25 cause: 22 missed: cause
import torch
import torch.nn as nn
import torch.nn.functional as F


class Bilinear(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1))
        self.second = nn.Sequential(nn.Conv2d(3, 12, 4, stride=4), nn.ReLU(), nn.Conv2d(12, 12, 3, stride=2, padding=1))
        self.fc = nn.Linear(16 + 12, 1)

    def forward(self, image):
        x1 = self.first(image)
        n, c, h, w = x1.size()
        x2 = self.second(image)
        h2, w2 = x2.size(2), x2.size(3)
        if h != h2 | w != w2:
            x2 = F.interpolate(x2, size=(h, w), mode="bilinear", align_corners=True)
        x1 = x1.view(n, 16, h * w)
        x2 = x2.view(n, 12, h * w)
        return self.fc(torch.cat([x1, x2], 1).mean(2))
