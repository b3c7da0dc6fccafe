"""One walk from exhibits to a ranked, explained analysis, and the documents that it leaves behind."""
