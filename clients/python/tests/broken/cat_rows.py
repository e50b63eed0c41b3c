# https://github.com/pytorch/pytorch/issues/139037
# mat1 and mat2 shapes cannot be multiplied, behind torch.cat(..., 0)
# check: MultiInputs a=1x28x28 b=1x28x28 c=1x28x28
# call: 33 cause: 33
import torch
import torch.nn as nn
import torch.nn.functional as F


class MultiInputs(nn.Module):
    """One small network for each of three pictures, joined for the decision."""

    def __init__(self):
        super().__init__()
        self.first = self.cnn()
        self.second = self.cnn()
        self.third = self.cnn()
        self.decide = nn.Sequential(nn.Linear(3 * 32, 64), nn.ReLU(), nn.Linear(64, 5))

    def cnn(self):
        return nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(8 * 14 * 14, 32),
        )

    def forward(self, a, b, c):
        a = self.first(a)
        b = self.second(b)
        c = self.third(c)
        joined = torch.cat((a, b, c), 0)
        return self.decide(joined)
