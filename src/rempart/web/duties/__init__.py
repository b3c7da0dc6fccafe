"""What the worker does from time to time: one module a duty. None of them opens a report."""
