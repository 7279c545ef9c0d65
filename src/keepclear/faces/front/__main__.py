"""``python -m keepclear.faces.front`` is started by a node that is served with a front."""

import sys

from keepclear.faces.front.speaker import main

if __name__ == "__main__":
    main(sys.argv[1:])
