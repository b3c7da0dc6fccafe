"""Who shares with whom: sharing graph, communities, key actors; proposals with their rows, never a verdict."""
