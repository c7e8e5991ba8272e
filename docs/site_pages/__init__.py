"""Pages of the site that are made from the code: configuration, rules, API, and linked files.

`docs/hooks.py` hands them to MkDocs. Nothing here imports MkDocs or the library.
"""
