"""The bandleader's door: an MCP server through which a language model leads a jam, and reads it.

It never plays: notes do not pass through here. `link` is a viewer of a jam's live view like any
page, `band` finds the jam that runs or starts one, `history` remembers what was played for as long
as it looks, `roll` writes it down for readers of text, `pages` asks a jam for its report, `results`
says what tools give, `watching`, `driving`, `studio` and `prompts` are what `server` offers.
Imported by the command line alone; needs the extra `mcp`.
"""

from jambot.control.mcp_server.server import Offer, make_server

__all__ = ["Offer", "make_server"]
