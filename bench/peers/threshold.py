"""What a notebook computes for a threshold on so many judged scores, with numpy, scipy and scikit-learn.

move: counts of both kinds below, between and above two marks, five shares with exact intervals, and thirty days over again.
load: histogram, ROC and precision-recall curves, AUROC and AP, without ranges.
"""

import time

import numpy as np
import scipy
import sklearn
from scipy.stats import beta
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

DAYS = 30


def interval(k, n):
    lower = beta.ppf(0.025, k, n - k + 1) if k else 0.0
    upper = beta.ppf(0.975, k + 1, n - k) if k < n else 1.0
    at_most = beta.ppf(0.95, k + 1, n - k) if k < n else 1.0
    return lower, upper, at_most


def prepare(params: dict):
    n, turns, work = params["pictures"], params["turns"], params["work"]
    rng = np.random.default_rng(1)
    defect = np.arange(n) % 50 == 0
    scores = 1 / (1 + np.exp(-(rng.normal(size=n) + np.where(defect, 2, -2))))
    day = np.arange(n) % DAYS
    weights = np.where(defect, 0.005 / defect.sum(), 0.995 / (~defect).sum())

    def move(turn):
        review, reject = 0.2 + turn % 50 / 100, 0.8
        looked, stopped = scores >= review, scores >= reject
        good = ~defect
        counts = [
            ((defect & ~looked).sum(), defect.sum()),
            ((good & stopped).sum(), good.sum()),
            ((good & looked).sum(), good.sum()),
            ((defect & looked & ~stopped).sum(), defect.sum()),
            ((good & looked & ~stopped).sum(), good.sum()),
        ]
        for k, total in counts:
            interval(int(k), int(total))
        for mask in (looked, stopped, defect & ~looked, good & stopped):
            np.bincount(day[mask], minlength=DAYS)

    def load(_):
        np.histogram(scores[defect], bins=50, range=(0, 1))
        np.histogram(scores[~defect], bins=50, range=(0, 1))
        roc_curve(defect, scores)
        precision_recall_curve(defect, scores, sample_weight=weights)
        roc_auc_score(defect, scores)
        average_precision_score(defect, scores, sample_weight=weights)

    act = {"move": move, "load": load}[work]

    def run(count=turns):
        start = time.perf_counter()
        for turn in range(count):
            act(turn)
        return {"seconds": time.perf_counter() - start, "items": count}

    run(3)
    detail = f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}"
    return {"detail": detail}, run
