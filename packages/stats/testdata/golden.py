"""Writes golden.json: expected numbers of packages/stats from SciPy, statsmodels and scikit-learn.

Development only. python3 -m venv env; env/bin/pip install numpy scipy scikit-learn statsmodels; env/bin/python golden.py > golden.json
"""

import json
import sys
from importlib.metadata import version

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint


def table(function, *columns):
    return [[*map(float, row), float(function(*row))] for row in zip(*columns)]


def grid(*axes):
    return [a.ravel() for a in np.meshgrid(*axes)]


rng = np.random.default_rng(20250101)
p = [1e-12, 1e-6, 0.001, 0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975, 0.999, 1 - 1e-9]
z = [-12, -6, -3, -1.5, -0.5, -1e-6, 0, 0.2, 1, 2, 4, 7]
shapes = [0.5, 1, 2.5, 10, 300, 40000]

skewed = np.round(rng.exponential(2, 40), 3)
bca = stats.bootstrap((skewed,), np.mean, method="BCa", n_resamples=200000, random_state=1).confidence_interval
percentile = stats.bootstrap((skewed,), np.mean, method="percentile", n_resamples=200000, random_state=1).confidence_interval

ks = []
for n, m, shift in [(5, 7, 0.0), (20, 30, 0.8), (60, 90, 0.3), (400, 300, 0.2)]:
    a, b = np.round(rng.normal(size=n), 6), np.round(rng.normal(shift, size=m), 6)
    result = stats.ks_2samp(a, b, method="exact")
    ks.append({"a": a.tolist(), "b": b.tolist(), "distance": result.statistic, "p": result.pvalue})

tables = [[[10, 20], [30, 40]], [[5, 0, 7], [9, 4, 3]], [[100, 210, 320, 12], [90, 250, 300, 40]]]
chi2 = []
for t in tables:
    result = stats.chi2_contingency(t, correction=False)
    chi2.append({"table": t, "statistic": result.statistic, "df": int(result.dof), "p": result.pvalue, "cramersV": stats.contingency.association(np.array(t), method="cramer")})

truth = (rng.random(300) < 0.4).astype(int)
one = np.round(truth * 0.8 + rng.normal(size=300), 1)
two = np.round(truth * 0.5 + rng.normal(size=300), 1)


def delong(truth, *scores):
    """Textbook form over all pairs: areas and their covariance."""
    components = []
    for s in scores:
        pos, neg = s[truth == 1], s[truth == 0]
        kernel = (pos[:, None] > neg[None, :]) + 0.5 * (pos[:, None] == neg[None, :])
        components.append((kernel.mean(axis=1), kernel.mean(axis=0)))
    v10 = np.atleast_2d(np.cov([c[0] for c in components]))
    v01 = np.atleast_2d(np.cov([c[1] for c in components]))
    return [c[0].mean() for c in components], v10 / (truth == 1).sum() + v01 / (truth == 0).sum()


areas, covariance = delong(truth, one, two)
assert abs(areas[0] - metrics.roc_auc_score(truth, one)) < 1e-12
difference_se = float(np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))



def rate_sequence(s, f, alpha=0.05):
    """Ends at which the uniform mixture's likelihood ratio is 1 / alpha."""
    mixture = special.betaln(1 + s, 1 + f) - special.betaln(1, 1)

    def excess(q):
        return mixture - s * np.log(q) - f * np.log1p(-q) + np.log(alpha)

    rate = s / (s + f)
    return optimize.brentq(excess, 1e-12, rate, xtol=1e-15), optimize.brentq(excess, rate, 1 - 1e-12, xtol=1e-15)


raw = [0.001, 0.04, 0.03, 0.2, 0.0004, 0.9, 0.03]
wide = rng.normal(0, 10, 500)

json.dump(
    {
        "source": {name: version(name) for name in ["numpy", "scipy", "scikit-learn", "statsmodels"]},
        "logGamma": table(special.gammaln, [1e-8, 0.1, 0.5, 1, 1.5, 2, 3.7, 11.99, 12, 100.5, 1e6, 1e12]),
        "normalCdf": table(stats.norm.cdf, z),
        "normalQuantile": table(stats.norm.ppf, p),
        "studentCdf": table(stats.t.cdf, *grid([-8, -1.2, 0, 0.3, 3], [1, 2.5, 30, 1000])),
        "studentQuantile": table(stats.t.ppf, *grid([0.001, 0.3, 0.5, 0.975, 0.9999], [1, 4, 50])),
        "chiSquaredCdf": table(stats.chi2.cdf, *grid([0.01, 1, 5, 50, 400], [1, 2, 7, 60, 380])),
        "chiSquaredTail": table(stats.chi2.sf, *grid([0.01, 1, 5, 50, 400], [1, 2, 7, 60, 380])),
        "chiSquaredQuantile": table(stats.chi2.ppf, *grid([0.001, 0.5, 0.95, 0.9999], [1, 3, 40])),
        "betaCdf": table(stats.beta.cdf, *grid([0.001, 0.2, 0.5, 0.95], shapes, shapes)),
        "betaQuantile": table(stats.beta.ppf, *grid([0.001, 0.3, 0.975], [0.5, 1, 2.5, 10, 300], [0.5, 2.5, 300])),
        "binomialCdf": table(stats.binom.cdf, *grid([0, 3, 17], [17, 20, 1000], [0.01, 0.5, 0.97])),
        "binomialMass": table(stats.binom.pmf, *grid([0, 3, 17], [17, 20, 1000], [0.01, 0.5, 0.97])),
        "binomialQuantile": table(stats.binom.ppf, *grid([0.001, 0.5, 0.99], [1, 20, 1000], [0.01, 0.5, 0.97])),
        "kolmogorovTail": table(special.kolmogorov, [0.1, 0.3, 0.5, 0.8, 1, 1.36, 2, 4]),
        "wilson": [[k, n, *map(float, proportion_confint(k, n, 0.05, "wilson"))] for k, n in [(0, 10), (3, 10), (10, 10), (950, 1000)]],
        "clopperPearson": [[k, n, *map(float, proportion_confint(k, n, 0.05, "beta"))] for k, n in [(0, 10), (3, 10), (10, 10), (950, 1000)]],
        "mcnemar": [[b, c, float(mcnemar([[0, b], [c, 0]], exact=True).pvalue)] for b, c in [(0, 1), (5, 14), (12, 12), (40, 80)]],
        "corrections": {"raw": raw, **{name: multipletests(raw, method=name)[1].tolist() for name in ["holm", "bonferroni", "fdr_bh"]}},
        "chi2": chi2,
        "ks": ks,
        "quantiles": [[q, float(np.quantile(wide, q))] for q in [0, 0.013, 0.25, 0.5, 0.99, 1]],
        "quantileValues": wide.tolist(),
        "bootstrap": {"values": skewed.tolist(), "bca": [bca.low, bca.high], "percentile": [percentile.low, percentile.high]},
        "delong": {"truth": truth.tolist(), "one": one.tolist(), "two": two.tolist(), "areas": areas, "variance": float(covariance[0, 0]), "differenceStandardError": difference_se},
        "rateSequence": [[s, f, *rate_sequence(s, f)] for s, f in [(9, 1), (950, 50), (3, 400)]],
    },
    sys.stdout,
)
sys.stdout.write("\n")
