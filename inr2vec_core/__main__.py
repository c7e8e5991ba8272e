"""`python -m inr2vec_core encode chair.obj --model FOLDER`."""

import sys

from inr2vec_core.api.command import main

if __name__ == "__main__":
    sys.exit(main())
