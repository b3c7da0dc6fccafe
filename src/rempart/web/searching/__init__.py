"""Search over opened reports: an index that lives in the memory of the worker, and is never on a disk."""
