"""Writes the whole world: blocks of people live in up to two processes and are written down in order. Parts meet here.

What a block needs of the writers: exports.write_block(books, world, schedule, scratch) -> Written, in the process that
lived the block; Inbox.append(written) in this one, block after block, so that bytes never depend on who was first.
"""
