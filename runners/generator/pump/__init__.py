"""The pump: one loop that drives all connections of a process.

Its classes build on each other: ``Sockets``, ``Fleet`` (all connections), ``OffPath`` (answers that need a
closer look), ``Pump`` (the loop of a closed load), ``OpenPump`` (the loop of an open one).
"""
