"""The forms that exports take: JSON, lines, tables and pages as streams with byte ranges; dates; each program's own wordings.

Readers stand on these; nothing here knows a reader or a conversation table.
"""
