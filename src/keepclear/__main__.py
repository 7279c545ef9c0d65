"""``python -m keepclear``."""

import sys

from keepclear.app import main

if __name__ == "__main__":
    sys.exit(main())
