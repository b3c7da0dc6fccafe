"""The terminal's face: parses, makes one call, prints. Only here (and in web) are clock, processors and screen asked."""
