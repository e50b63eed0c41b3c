# https://github.com/FernandoLpz/Text-Classification-CNN-PyTorch/issues/3
# the convolution reads the words as channels; x.permute(0, 2, 1) is missing
# check: TextClassifier words=int64:35
# call: 19 cause: 19
import torch
import torch.nn as nn
import torch.nn.functional as F


class TextClassifier(nn.Module):
    def __init__(self, vocabulary=500, embedding=64, width=32):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding, padding_idx=0)
        self.conv = nn.Conv1d(embedding, width, kernel_size=3, padding=1)
        self.fc = nn.Linear(width, 2)

    def forward(self, words):
        x = self.embedding(words)
        x = F.relu(self.conv(x))
        x = F.adaptive_max_pool1d(x, 1).flatten(1)
        return self.fc(x)
