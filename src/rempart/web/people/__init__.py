"""The people of the desk: who they are, what their roles let them do, and the only doors to rows."""
