"""One side of a benchmark, in Python: `side.py NAME` speaks the protocol of ../side.ts on stdin and stdout.

NAME is a module of this folder with `prepare(params) -> (facts, run)`; `run() -> {"seconds", "items"}`.
"""

import importlib
import json
import os
import sys
import traceback


def main() -> None:
    # Whatever a library prints goes to stderr: stdout belongs to the protocol.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    run = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if asked["command"] == "prepare":
                facts, run = importlib.import_module(sys.argv[1]).prepare(asked["params"])
                answer = {"ready": True, **facts}
            else:
                answer = run()
        except Exception as error:  # the other end drops this side; the whole story is for whoever runs it alone
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
