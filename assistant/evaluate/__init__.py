"""Question sets run against the assistant: reading and checking, runs, metrics, reports, comparisons.

``questions.read_set`` reads a set, ``places.locate`` checks it against the documents, ``run.run_set`` asks it,
``judge`` and ``metrics`` count, ``report`` draws, ``compare`` holds two runs against each other.
"""
