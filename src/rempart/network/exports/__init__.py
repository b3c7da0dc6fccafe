"""The network for other programs: GraphML, GEXF, CSV for i2, FollowTheMoney, CASE/UCO. The same network gives the same bytes.

What leaves are accounts, files by their digest or name, counts and instants; no text of a message, no medium. Every export says that it
holds signals to be checked by a person.
"""

from rempart.network.exports.case_uco import write_case
from rempart.network.exports.drawn import write_gexf, write_graphml
from rempart.network.exports.follow import write_ftm
from rempart.network.exports.i2 import write_i2

__all__ = ["write_case", "write_ftm", "write_gexf", "write_graphml", "write_i2"]
