"""Writes golden.json: distances of packages/drift from SciPy and NumPy.

Development only. python3 -m venv env; env/bin/pip install numpy scipy; env/bin/python golden.py > golden.json
"""

import json
import sys
from importlib.metadata import version

import numpy as np
from scipy import stats

rng = np.random.default_rng(11)


def psi(reference, live, edges):
    a = np.bincount(np.searchsorted(edges, reference, side="left"), minlength=len(edges) + 1) / len(reference)
    b = np.bincount(np.searchsorted(edges, live, side="left"), minlength=len(edges) + 1) / len(live)
    a, b = np.maximum(a, 1e-4), np.maximum(b, 1e-4)
    return float(np.sum((b - a) * np.log(b / a)))


def numeric(reference, live):
    edges = np.unique(np.quantile(reference, np.arange(1, 10) / 10, method="linear"))
    return {
        "reference": reference.tolist(),
        "live": live.tolist(),
        "psi": psi(reference, live, edges[edges < reference.max()]),
        "ks": float(stats.ks_2samp(reference, live).statistic),
    }


def category(reference, live):
    table = np.array([reference, live])
    share_a, share_b = table[0] / table[0].sum(), table[1] / table[1].sum()
    return {
        "reference": reference,
        "live": live,
        "psi": float(np.sum((share_b - share_a) * np.log(share_b / share_a))),
        "cramersV": float(stats.contingency.association(table, method="cramer")),
        "p": float(stats.chi2_contingency(table, correction=False).pvalue),
    }


json.dump(
    {
        "source": {"numpy": version("numpy"), "scipy": version("scipy")},
        "continuous": numeric(np.round(rng.normal(size=2000), 3), np.round(rng.normal(0.4, 1.2, size=700), 3)),
        "counted": numeric(rng.poisson(3, 1500).astype(float), rng.poisson(4, 600).astype(float)),
        "category": category([500, 300, 150, 50], [200, 180, 90, 40]),
    },
    sys.stdout,
)
sys.stdout.write("\n")
