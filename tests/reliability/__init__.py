"""Promise P1: a receipt shown is a report kept, through power cuts, kills and full or failing disks, on both databases."""
