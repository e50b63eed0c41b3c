# https://github.com/yl4579/StyleTTS2/issues/208
# The size of tensor a (34) must match the size of tensor b (35) at non-singleton dimension 2
# check: Residual sound=32x35
# call: 28 cause: 20
import torch
import torch.nn as nn
import torch.nn.functional as F


class Residual(nn.Module):
    def __init__(self, width=32, out=48):
        super().__init__()
        self.down = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.conv1 = nn.Conv1d(width, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, out, 3, padding=1)
        self.learned = nn.Conv1d(width, out, 1, bias=False)

    def shortcut(self, x):
        x = self.learned(x)
        return F.avg_pool1d(x, 2)

    def residual(self, x):
        x = self.conv1(F.leaky_relu(x, 0.2))
        x = self.down(x)
        return self.conv2(F.leaky_relu(x, 0.2))

    def forward(self, x):
        return self.shortcut(x) + self.residual(x)
