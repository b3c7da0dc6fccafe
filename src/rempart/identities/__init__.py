"""What reports name (addresses, accounts, numbers, files), in one form, so that two reports on the same one can be joined."""
