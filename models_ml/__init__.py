"""The study: numbers in, numbers out.

Here belong models and the arithmetic that judges them. No files, no database, no clock and nothing of the other rooms.
"""
