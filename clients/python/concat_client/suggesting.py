"""Fixes for calls that the spec cannot judge: a linear layer on a map, which torch applies to the last axis."""


def suggestions(placer, problem, check):
    return iter(())
