# https://github.com/HappyColor/SpeechFormer/issues/3
# Given normalized_shape=[96], expected input with shape [*, 96], but got input of size[1, 101, 76]
# check: SpeechFormer x=101x76
# call: 19 cause: 13
import torch
import torch.nn as nn
import torch.nn.functional as F


class SpeechFormer(nn.Module):
    def __init__(self, input_dim=96, ffn=128, num_heads=4, num_classes=4):
        super().__init__()
        self.input_norm = nn.LayerNorm(input_dim)
        self.attention = nn.MultiheadAttention(input_dim, num_heads, batch_first=True)
        self.ffn = nn.Sequential(nn.Linear(input_dim, ffn), nn.ReLU(), nn.Linear(ffn, input_dim))
        self.classifier = nn.Linear(input_dim, num_classes)

    def forward(self, x):
        x = self.input_norm(x)
        attended, _ = self.attention(x, x, x)
        x = x + attended
        x = x + self.ffn(x)
        return self.classifier(x[:, 0])
