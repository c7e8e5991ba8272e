"""inr2vec: deep learning on implicit neural representations (INRs) of 3D shapes.

The library behind the workflow, usable alone. It knows nothing of Snakemake or config files.
Importing the package itself is cheap: nothing heavy is loaded until a module is imported.
"""

__version__ = "0.1.0"
