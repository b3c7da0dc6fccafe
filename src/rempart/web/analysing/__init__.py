"""The worker's analysis of exports: one at a time, in a confined process, taken up again where a kill left it."""
