# https://github.com/zuoxingdong/VIN_PyTorch_Visdom/issues/5
# Tensors must have same number of dimensions: got 3 and 4
# check: Planner grid=2x8x8
# call: 22 cause: 21
import torch
import torch.nn as nn
import torch.nn.functional as F


class Planner(nn.Module):
    def __init__(self, hidden=24, actions=10):
        super().__init__()
        self.h = nn.Conv2d(2, hidden, 3, padding=1)
        self.r = nn.Conv2d(hidden, 1, 1, bias=False)
        self.q = nn.Conv2d(1, actions, 3, padding=1, bias=False)
        self.again = nn.Conv2d(2, actions, 3, padding=1, bias=False)

    def forward(self, grid):
        r = self.r(self.h(grid))
        q = self.q(r)
        v, _ = torch.max(q, dim=1)
        rv = torch.cat([r, v], 1)
        return self.again(rv)
