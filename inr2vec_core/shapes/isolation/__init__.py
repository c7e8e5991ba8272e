"""Shapes read and prepared in a child process, which native code may crash or hang.

`parent.py` is what the rest of the library calls, `child.py` runs in the child, `messages.py` is
what passes between the two, `limits.py` how much time and memory a shape may take.
"""
