# https://github.com/meetps/pytorch-semseg/issues/191
# Sizes of tensors must match except in dimension 1. Got 46 and 47 in dimension 3
# check: unet images=3x94x94
# call: 30 cause: 42
import torch
import torch.nn as nn
import torch.nn.functional as F


class unetConv2(nn.Module):
    def __init__(self, in_size, out_size, is_batchnorm):
        super(unetConv2, self).__init__()
        if is_batchnorm:
            self.conv1 = nn.Sequential(nn.Conv2d(in_size, out_size, 3, 1, 1), nn.BatchNorm2d(out_size), nn.ReLU())
        else:
            self.conv1 = nn.Sequential(nn.Conv2d(in_size, out_size, 3, 1, 1), nn.ReLU())

    def forward(self, inputs):
        return self.conv1(inputs)


class unetUp(nn.Module):
    def __init__(self, in_size, out_size):
        super(unetUp, self).__init__()
        self.conv = unetConv2(in_size, out_size, False)
        self.up = nn.ConvTranspose2d(in_size, out_size, kernel_size=2, stride=2)

    def forward(self, inputs1, inputs2):
        outputs2 = self.up(inputs2)
        return self.conv(torch.cat([inputs1, outputs2], 1))


class unet(nn.Module):
    def __init__(self, n_classes=21, is_batchnorm=True):
        super(unet, self).__init__()
        filters = [16, 32, 64, 128]
        self.conv1 = unetConv2(3, filters[0], is_batchnorm)
        self.maxpool1 = nn.MaxPool2d(kernel_size=2)
        self.conv2 = unetConv2(filters[0], filters[1], is_batchnorm)
        self.maxpool2 = nn.MaxPool2d(kernel_size=2)
        self.conv3 = unetConv2(filters[1], filters[2], is_batchnorm)
        self.maxpool3 = nn.MaxPool2d(kernel_size=2)
        self.center = unetConv2(filters[2], filters[3], is_batchnorm)
        self.up_concat3 = unetUp(filters[3], filters[2])
        self.up_concat2 = unetUp(filters[2], filters[1])
        self.up_concat1 = unetUp(filters[1], filters[0])
        self.final = nn.Conv2d(filters[0], n_classes, 1)

    def forward(self, images):
        conv1 = self.conv1(images)
        conv2 = self.conv2(self.maxpool1(conv1))
        conv3 = self.conv3(self.maxpool2(conv2))
        center = self.center(self.maxpool3(conv3))
        up3 = self.up_concat3(conv3, center)
        up2 = self.up_concat2(conv2, up3)
        up1 = self.up_concat1(conv1, up2)
        return self.final(up1)
