"""The Python runtime of a managed function: boots, loads the handler, answers events until the host has gone.

Python 3.8 to 3.15, standard library only. This file is run as it is and therefore never cached: it stays small, and
the work is in modules that were compiled when the runtime was prepared.
"""
import sys

# Ours come from this file's folder, which functions do not see afterwards.
guest_folder = sys.path[0]
import _lambent_runtime  # noqa: E402

sys.path.remove(guest_folder)
_lambent_runtime.main(layers_root=sys.argv.pop(1))
