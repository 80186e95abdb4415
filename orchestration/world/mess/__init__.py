"""What goes wrong between a system and the inbox, done to finished deliveries and written down to the row.

The world beneath is not touched: a file that no damage names has the bytes it has without mess.
"""
