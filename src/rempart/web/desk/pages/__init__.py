"""The pages of the desk, one file each: parse, pass one door, make one call, render."""
