# https://github.com/ljynlp/W2NER/issues/23
# input.size(-1) must be equal to input_size. Expected 1024, got 768
# check: Tagger words=int64:40
# call: 22 cause: 17
import torch
import torch.nn as nn
import torch.nn.functional as F


class Tagger(nn.Module):
    """Words with their distance, read both ways."""

    def __init__(self, vocabulary=1000, embedding=96, hidden=64, tags=7):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.dropout = nn.Dropout(0.5)
        self.encoder = nn.LSTM(128, hidden, num_layers=1, batch_first=True, bidirectional=True)
        self.tags = nn.Linear(hidden * 2, tags)

    def forward(self, words):
        x = self.dropout(self.embedding(words))
        x, _ = self.encoder(x)
        return self.tags(x)
