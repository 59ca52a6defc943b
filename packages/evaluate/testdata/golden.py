"""Writes golden.json: expected metrics of packages/evaluate from scikit-learn.

Development only. python3 -m venv env; env/bin/pip install numpy scikit-learn; env/bin/python golden.py > golden.json
"""

import json
import sys
from importlib.metadata import version

import numpy as np
from sklearn import metrics

rng = np.random.default_rng(7)


def ece(truth, predicted, scores, bins=15):
    """Guo and others 2017: mean gap of confidence and accuracy over equal bins (lower, upper]."""
    confidence = scores[np.arange(len(truth)), predicted]
    edges = np.linspace(0, 1, bins + 1)
    gap = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            gap += inside.sum() * abs(confidence[inside].mean() - (truth[inside] == predicted[inside]).mean())
    return gap / len(truth)


def classification(truth, scores):
    labels = np.arange(scores.shape[1])
    predicted = scores.argmax(axis=1)
    expected = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "balanced-accuracy": metrics.balanced_accuracy_score(truth, predicted),
        "macro-f1": metrics.f1_score(truth, predicted, average="macro"),
        "weighted-f1": metrics.f1_score(truth, predicted, average="weighted"),
        "macro-precision": metrics.precision_score(truth, predicted, average="macro", zero_division=0),
        "mcc": metrics.matthews_corrcoef(truth, predicted),
        "log-loss": metrics.log_loss(truth, scores, labels=labels),
        "ece": ece(truth, predicted, scores),
    }
    if len(labels) == 2:
        expected |= {
            "precision": metrics.precision_score(truth, predicted),
            "recall": metrics.recall_score(truth, predicted),
            "f1": metrics.f1_score(truth, predicted),
            "auc": metrics.roc_auc_score(truth, scores[:, 1]),
            "average-precision": metrics.average_precision_score(truth, scores[:, 1]),
            "brier": metrics.brier_score_loss(truth, scores[:, 1]),
        }
    else:
        expected |= {
            "auc": metrics.roc_auc_score(truth, scores, multi_class="ovr", average="macro"),
            "brier": metrics.brier_score_loss(truth, scores, labels=labels),
        }
    return {"truth": truth.tolist(), "scores": scores.tolist(), "expected": {k: float(v) for k, v in expected.items()}}


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def binary(n):
    truth = (rng.random(n) < 0.35).astype(int)
    p = np.round(1 / (1 + np.exp(-(2 * truth - 1 + 1.5 * rng.normal(size=n)))), 2)
    return classification(truth, np.column_stack([1 - p, p]))


def several(n, k):
    truth = rng.choice(k, size=n, p=np.array([5, 3, 1, 1]) / 10)
    logits = rng.normal(size=(n, k)) + 1.5 * np.eye(k)[truth]
    logits[:, 3] -= 4
    return classification(truth, softmax(logits))


def regression(n):
    truth = np.round(1000 + 10 * rng.normal(size=n), 3)
    predicted = np.round(truth + 1 + 3 * rng.normal(size=n), 3)
    return {
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "expected": {
            "mae": metrics.mean_absolute_error(truth, predicted),
            "rmse": metrics.root_mean_squared_error(truth, predicted),
            "median-ae": metrics.median_absolute_error(truth, predicted),
            "r2": metrics.r2_score(truth, predicted),
            "bias": abs(float(np.mean(predicted - truth))),
        },
    }


json.dump({"source": {"scikit-learn": version("scikit-learn"), "numpy": version("numpy")}, "binary": binary(250), "several": several(200, 4), "regression": regression(121)}, sys.stdout)
sys.stdout.write("\n")
