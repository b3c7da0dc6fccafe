"""The public face: a form in two paths, its receipt, a mailbox, advice. No account, no cookie, nothing that it could read back."""
