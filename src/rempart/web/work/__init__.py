"""What the worker does from time to time, and when it is due: one row a duty, in the desk's database. No broker."""
