# https://github.com/WissingChen/CRA-GQA/issues/14
# mat1 and mat2 shapes cannot be multiplied (512x2048 and 768x768)
# check: build x=16x96 m=16x96 x_hat=16x128
# call: 22 cause: 16
import torch
import torch.nn as nn
import torch.nn.functional as F


class FrontDoorIntervention(nn.Module):
    def __init__(self, cfgs):
        super().__init__()
        d_model = cfgs["model"]["d_model"]
        d_feat = cfgs["model"]["feature_dim"]
        self.prob_m = nn.Linear(d_model, d_model)
        self.prob_x_hat = nn.Linear(d_feat, d_model)
        self.prob_x = nn.Linear(d_model, d_model)
        self.fc = nn.Linear(d_model * 2, d_model)

    def forward(self, x, m, x_hat):
        prob_m = self.prob_m(m)
        prob_x_hat = self.prob_x_hat(x_hat)
        prob_x = self.prob_x(x)
        gate = torch.sigmoid(prob_m + prob_x)
        return self.fc(torch.cat([gate, prob_x_hat], dim=-1)) + m


def build():
    return FrontDoorIntervention({"model": {"d_model": 96, "feature_dim": 96}})
