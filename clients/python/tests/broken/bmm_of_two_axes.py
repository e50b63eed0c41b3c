# https://github.com/keon/seq2seq/issues/16
# batch1 must be a 3D tensor: the attention weights have two axes
# check: Attend outputs=9x32 hidden=32
# call: 21 cause: 20 missed: cause
import torch
import torch.nn as nn
import torch.nn.functional as F


class Attend(nn.Module):
    def __init__(self, hidden_size=32):
        super().__init__()
        self.attn = nn.Linear(hidden_size * 2, hidden_size)
        self.score = nn.Linear(hidden_size, 1)
        self.out = nn.Linear(hidden_size, 5)

    def forward(self, outputs, hidden):
        h = hidden.unsqueeze(1).repeat(1, outputs.size(1), 1)
        energy = torch.tanh(self.attn(torch.cat([h, outputs], 2)))
        attn_weights = F.softmax(self.score(energy).squeeze(2), dim=1)
        context = attn_weights.bmm(outputs)
        return self.out(context.squeeze(1))
