"""Reports and dossiers as people work them: named acts with author, instant and reason, in the ledger."""
