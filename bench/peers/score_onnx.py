"""ONNX Runtime on the very same network, pictures decoded by PIL in threads that read ahead.

Threads that decode, pictures in a batch and whether idle threads spin are the fastest of those tried while preparing.
"""

import itertools
import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import onnxruntime
from onnx_network import build
from PIL import Image

COMPARED = 4
TRIED_PICTURES = 300


class Scorer:
    def __init__(self, params: dict):
        self.paths = params["paths"]
        first = Image.open(self.paths[0])
        self.model, self.network = build(params["exportDir"], first.height, first.width)
        onnx.save(self.model, os.path.join(params["exportDir"], "network.onnx"))
        self.mode = "L" if self.network["channels"] == 1 else "RGB"
        self.sessions = {spin: self.session(spin) for spin in (True, False)}

    def session(self, spin: bool):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")
        return onnxruntime.InferenceSession(self.model.SerializeToString(), options, ["CPUExecutionProvider"])

    def read(self, path: str):
        """The picture's bytes [h, w, c] and the factor that brings them to the network's input."""
        with Image.open(path) as file:
            pixels = np.asarray(file if file.mode == self.mode else file.convert(self.mode))
        numbers = self.network["normalisation"]
        gain = 1.0
        if numbers["gainToMean"] is not None:
            gain = min(4.0, max(0.25, numbers["gainToMean"] / max(pixels.mean() / 255, 1e-3)))
        return pixels.reshape(*pixels.shape[:2], -1), gain / (255 * numbers["deviation"])

    def score(self, paths, threads: int, batch: int, spin: bool):
        session = self.sessions[spin]
        outputs = []

        def run(waiting):
            pictures = np.stack([pixels for pixels, _ in waiting])
            factors = np.array([factor for _, factor in waiting], np.float32).reshape(-1, 1, 1, 1)
            features, damage = session.run(["features", "damage"], {"pictures": pictures, "factors": factors})
            outputs.append(np.concatenate([features, damage[:, None]], 1))

        with ThreadPoolExecutor(threads) as pool:
            ahead = deque()
            waiting = []
            rest = iter(paths)
            ahead.extend(pool.submit(self.read, path) for path in itertools.islice(rest, 2 * batch))
            while ahead:
                waiting.append(ahead.popleft().result())
                ahead.extend(pool.submit(self.read, path) for path in itertools.islice(rest, 1))
                if len(waiting) == batch or not ahead:
                    run(waiting)
                    waiting = []
        return np.concatenate(outputs)


def timed(act) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def prepare(params: dict):
    scorer = Scorer(params)
    some = scorer.paths[:TRIED_PICTURES]
    scorer.score(some[:32], 1, 16, True)
    ways = list(itertools.product((1, 2), (8, 16, 32), (True, False)))
    tried = {way: timed(lambda way=way: scorer.score(some, *way)) for way in ways}
    threads, batch, spin = min(tried, key=tried.get)
    compared = scorer.score(scorer.paths[:COMPARED], 1, 2, True)
    facts = {
        "detail": f"ONNX Runtime {onnxruntime.__version__} f32, {os.cpu_count()} threads, {threads} PIL threads, "
        f"batch {batch}, {'spinning' if spin else 'not spinning'} (fastest of {len(ways)} ways)",
        "outputs": [float(value) for value in compared.ravel()],
    }

    def run():
        seconds = timed(lambda: scorer.score(scorer.paths, threads, batch, spin))
        return {"seconds": seconds, "items": len(scorer.paths)}

    return facts, run
