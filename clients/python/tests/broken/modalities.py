# https://github.com/theislab/multimil/issues/77
# mat1 and mat2 shapes cannot be multiplied (256x35228 and 30x30)
# check: MultiModal rna=120 adt=30
# call: 16 cause: 22 missed: diff
import torch
import torch.nn as nn
import torch.nn.functional as F


class MLP(nn.Module):
    def __init__(self, n_input, n_output, n_hidden=40):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(n_input, n_hidden), nn.LayerNorm(n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_output))

    def forward(self, x):
        return self.mlp(x)


class MultiModal(nn.Module):
    def __init__(self, dims=(30, 30), z_dim=16):
        super().__init__()
        self.encoders = nn.ModuleList([MLP(dim, z_dim) for dim in dims])
        self.classify = nn.Linear(z_dim * len(dims), 6)

    def forward(self, rna, adt):
        zs = [encoder(x) for encoder, x in zip(self.encoders, (rna, adt))]
        return self.classify(torch.cat(zs, dim=-1))
