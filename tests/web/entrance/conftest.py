"""The people of the entrance, and their clock."""

from tests.web.people.conftest import alice, bob, clock, quick_hashes

__all__ = ["alice", "bob", "clock", "quick_hashes"]
