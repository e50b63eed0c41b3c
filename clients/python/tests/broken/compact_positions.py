# https://github.com/SHI-Labs/Compact-Transformers/issues/74
# x += self.positional_emb: the size of tensor a (3137) must match the size of tensor b (65)
# check: make x=3x48x48
# call: 22 cause: 32 missed: cause
import torch
import torch.nn as nn
import torch.nn.functional as F


class TransformerClassifier(nn.Module):
    def __init__(self, embedding_dim, num_classes, sequence_length, num_layers=2):
        super().__init__()
        self.class_emb = nn.Parameter(torch.zeros(1, 1, embedding_dim), requires_grad=True)
        self.positional_emb = nn.Parameter(torch.zeros(1, sequence_length + 1, embedding_dim), requires_grad=True)
        self.blocks = nn.ModuleList([nn.TransformerEncoderLayer(embedding_dim, 2, 64, batch_first=True) for _ in range(num_layers)])
        self.norm = nn.LayerNorm(embedding_dim)
        self.fc = nn.Linear(embedding_dim, num_classes)

    def forward(self, x):
        cls_token = self.class_emb.expand(x.shape[0], -1, -1)
        x = torch.cat((cls_token, x), dim=1)
        x += self.positional_emb
        for blk in self.blocks:
            x = blk(x)
        return self.fc(self.norm(x)[:, 0])


class ViTLite(nn.Module):
    def __init__(self, img_size=32, kernel_size=4, embedding_dim=32, num_classes=10):
        super().__init__()
        self.tokenizer = nn.Conv2d(3, embedding_dim, kernel_size, stride=kernel_size)
        self.classifier = TransformerClassifier(embedding_dim, num_classes, (img_size // kernel_size) ** 2)

    def forward(self, x):
        x = self.tokenizer(x).flatten(2).transpose(1, 2)
        return self.classifier(x)


def make():
    return ViTLite()
