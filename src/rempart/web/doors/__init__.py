"""Ways in beside the form and the API: mail, tables, and people who write down for somebody else."""
