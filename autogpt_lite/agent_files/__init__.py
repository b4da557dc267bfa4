"""Agent files that are run as they are: stored once, however often they run, and spoken of in the file's own node ids."""
