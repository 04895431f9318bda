"""Files → text: one reader for each format, each with its library imported where it is used.

Adding a format is a module with ``read(data, name) -> Read`` and a line in ``index/readers/file.py``.
"""
