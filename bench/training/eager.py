"""The bench's networks as a user of PyTorch writes them, trained for some seconds: eager.py SPEC THREADS SECONDS. Prints samples per second."""
import gzip, sys, time
import numpy, torch
from torch import nn
from torch.nn import functional as F

FOLDER = "/usr/share/datasets/fashion-mnist/"
BATCH = 128


def conv(source, out, kernel, bias=False):
    return nn.Sequential(nn.Conv2d(source, out, kernel, padding=kernel // 2, bias=bias), nn.BatchNorm2d(out), nn.ReLU())


class Join(nn.Module):
    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def inception(source, one, three, five, pool):
    return Join(conv(source, one, 1), nn.Sequential(conv(source, 16, 1), conv(16, three, 3)), nn.Sequential(conv(source, 8, 1), conv(8, five, 5)),
                nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(source, pool, 1)))


def dense(source):
    return Join(nn.Identity(), nn.Sequential(nn.BatchNorm2d(source), nn.ReLU(), conv(source, 48, 1), nn.Conv2d(48, 12, 3, padding=1, bias=False)))


NETWORKS = {
    "two-branch": lambda: nn.Sequential(
        conv(1, 32, 3, True), Join(nn.Sequential(conv(32, 64, 3, True), nn.MaxPool2d(2)), nn.Sequential(nn.MaxPool2d(2), conv(32, 128, 3, True))), Mean(), nn.Linear(192, 10)),
    "inception-28": lambda: nn.Sequential(
        conv(1, 32, 3), nn.MaxPool2d(2), inception(32, 16, 32, 16, 16), nn.MaxPool2d(2), inception(80, 32, 64, 32, 32), Mean(), nn.Dropout(0.2), nn.Linear(160, 10)),
    "densenet-28": lambda: nn.Sequential(
        nn.Conv2d(1, 24, 3, padding=1, bias=False), nn.MaxPool2d(2), *[dense(24 + 12 * i) for i in range(6)],
        nn.BatchNorm2d(96), nn.ReLU(), nn.Conv2d(96, 48, 1, bias=False), nn.AvgPool2d(2), *[dense(48 + 12 * i) for i in range(6)],
        nn.BatchNorm2d(120), nn.ReLU(), Mean(), nn.Linear(120, 10)),
}

spec, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
pictures = torch.from_numpy(numpy.frombuffer(gzip.open(FOLDER + "train-images-idx3-ubyte.gz").read(), numpy.uint8, offset=16).reshape(-1, 1, 28, 28) / numpy.float32(255))
labels = torch.from_numpy(numpy.frombuffer(gzip.open(FOLDER + "train-labels-idx1-ubyte.gz").read(), numpy.uint8, offset=8).astype(numpy.int64))
network = NETWORKS[spec]()
optimizer = torch.optim.AdamW(network.parameters(), lr=0.004)
order = torch.randperm(len(pictures))
total, steps, start = 0.0, 0, time.perf_counter()
while time.perf_counter() - start < seconds:
    rows = order[steps * BATCH % (len(order) - BATCH):][:BATCH]
    optimizer.zero_grad()
    loss = F.cross_entropy(network(pictures[rows]), labels[rows])
    loss.backward()
    optimizer.step()
    total += loss.item()
    steps += 1
print(steps * BATCH / (time.perf_counter() - start))
