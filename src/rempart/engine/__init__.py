"""Where a step runs: in this process or on all cores. The step does not know."""
