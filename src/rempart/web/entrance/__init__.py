"""The way into the desk: a password that only its owner knows, a second factor, recovery codes that were kept, and the page of one's account."""
