# https://github.com/phlippe/uvadlc_notebooks/issues/51
# values.reshape(batch_size, seq_length, embed_dim) takes embed_dim from the input
# check: MultiheadAttention x=11x13
# call: 25 cause: 18 missed: cause
import torch
import torch.nn as nn
import torch.nn.functional as F


class MultiheadAttention(nn.Module):
    def __init__(self, input_dim=13, embed_dim=24, num_heads=4):
        super().__init__()
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.qkv_proj = nn.Linear(input_dim, 3 * embed_dim)
        self.o_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x):
        batch_size, seq_length, embed_dim = x.size()
        qkv = self.qkv_proj(x)
        qkv = qkv.reshape(batch_size, seq_length, self.num_heads, 3 * self.head_dim)
        qkv = qkv.permute(0, 2, 1, 3)
        q, k, v = qkv.chunk(3, dim=-1)
        attention = F.softmax(torch.matmul(q, k.transpose(-2, -1)) / self.head_dim**0.5, dim=-1)
        values = torch.matmul(attention, v).permute(0, 2, 1, 3)
        values = values.reshape(batch_size, seq_length, embed_dim)
        return self.o_proj(values)
