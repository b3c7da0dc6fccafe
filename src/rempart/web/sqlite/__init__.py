"""A Django database engine: SQLite with writers in turns."""
