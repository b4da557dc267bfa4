"""Blocks over REST: the listing, and one block run on its own. The blocks themselves are in the top folder blocks/."""
