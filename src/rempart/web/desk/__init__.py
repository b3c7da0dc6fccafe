"""The desk: pages for people with accounts."""
