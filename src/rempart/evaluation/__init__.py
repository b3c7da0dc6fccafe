"""Measures of the detector on labelled lines, scenarios and benign windows; prints what it finds, good or bad."""
