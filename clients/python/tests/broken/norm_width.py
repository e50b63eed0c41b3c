# https://github.com/Namkyeong/BGRL_Pytorch/issues/1
# running_mean should contain 256 elements not 512
# check: Predictor features=128
# call: 19 cause: 14
import torch
import torch.nn as nn
import torch.nn.functional as F


class Predictor(nn.Module):
    def __init__(self, in_features=128, hidden=512, out_features=256):
        super().__init__()
        self.enter = nn.Linear(in_features, hidden)
        self.norm = nn.BatchNorm1d(out_features)
        self.leave = nn.Linear(hidden, out_features)

    def forward(self, features):
        x = self.enter(features)
        x = F.relu(self.norm(x))
        return self.leave(x)
