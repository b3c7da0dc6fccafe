"""The frames, one data file each. To add one: copy a file, add its code here."""

from rempart.detection.frame import Frame, load_frame

CODES = ("protective", "reporting", "prevention", "innocent")
FRAMES: tuple[Frame, ...] = tuple(load_frame(code) for code in CODES)
