# https://github.com/bentrevett/pytorch-seq2seq/issues/54
# Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor
# check: Attention hidden=2x32 outputs=9x64
# call: 18 cause: 18 missed: diff
import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, enc_hid_dim=32, dec_hid_dim=32):
        super().__init__()
        self.attn = nn.Linear((enc_hid_dim * 2) + dec_hid_dim, dec_hid_dim)
        self.v = nn.Linear(dec_hid_dim, 1, bias=False)

    def forward(self, hidden, outputs):
        src_len = outputs.shape[1]
        hidden = hidden.unsqueeze(1).repeat(1, src_len, 1)
        energy = torch.tanh(self.attn(torch.cat((hidden, outputs), dim=2)))
        return F.softmax(self.v(energy).squeeze(2), dim=1)
