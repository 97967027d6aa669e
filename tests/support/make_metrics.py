#!/usr/bin/env python3
"""Writes data/fixtures/metrics.json: logits with ties, and their metrics by scikit-learn.

    python3 tests/support/make_metrics.py > data/fixtures/metrics.json

Only this script needs scikit-learn (1.2.1) and NumPy (1.24.2); build and tests do not.
"""
import json
import warnings

import numpy as np
import sklearn.calibration
from sklearn import metrics

CLASSES = 5  # the last one is never predicted
BINS = 15
rng = np.random.default_rng(20)

# 60 distinct rows, some of them repeated: equal rows have equal scores to the bit, under labels that
# may differ. Multiples of a quarter are exact in binary, and make ties within rows too.
distinct = np.round(4 * rng.normal(0.0, 1.6, (60, CLASSES))) / 4
distinct[:, CLASSES - 1] -= 6.0
logits = distinct[rng.integers(0, 60, 160)]
best = logits.argmax(axis=1)
labels = np.where(rng.uniform(size=160) < 0.6, best, rng.integers(0, CLASSES, 160))

shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
probabilities = shifted / shifted.sum(axis=1, keepdims=True)
probabilities = np.round(probabilities, 13)  # else permuted rows would differ in their last bits
for k in range(CLASSES):
    # Ranks must not depend on rounding: two scores are equal, or clearly different.
    column = np.unique(probabilities[:, k])
    same_row = {tuple(row): p for row, p in zip(logits, probabilities[:, k])}
    assert len(set(same_row.values())) == len(same_row), "equal scores of different rows"
    assert np.diff(column).min() > 1e-9
assert not (best == CLASSES - 1).any() and set(labels) == set(range(CLASSES))
top = probabilities.max(axis=1)
assert np.abs(top * BINS - np.round(top * BINS)).min() > 1e-6  # no score lies on a bin's edge


def of_class(k):
    truth, score = labels == k, probabilities[:, k]
    false_positive, true_positive, thresholds = metrics.roc_curve(truth, score,
                                                                  drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(truth, score)
    return {
        "roc_auc": metrics.roc_auc_score(truth, score),
        "average_precision": metrics.average_precision_score(truth, score),
        "brier": metrics.brier_score_loss(truth, score),
        # Without the first point: its threshold is a convention.
        "false_positive_rate": false_positive[1:].tolist(),
        "true_positive_rate": true_positive[1:].tolist(),
        "thresholds": thresholds[1:].tolist(),
        # From the highest threshold down, with the start (0, 1).
        "recall": recall[::-1].tolist(),
        "precision": precision[::-1].tolist(),
    }


warnings.simplefilter("ignore")  # a class is never predicted, on purpose
right, confidence = best == labels, top
accuracy_in_bin, confidence_in_bin = sklearn.calibration.calibration_curve(
    right, confidence, n_bins=BINS, strategy="uniform")
sizes = np.histogram(confidence, np.linspace(0, 1, BINS + 1))[0]
sizes = sizes[sizes > 0]
precision, recall, f1, _ = metrics.precision_recall_fscore_support(labels, best)
macro = metrics.precision_recall_fscore_support(labels, best, average="macro")
# On ties scikit-learn prefers the last class, this project the first: so the classes are mirrored.
mirrored = {"y_true": CLASSES - 1 - labels, "y_score": logits[:, ::-1],
            "labels": list(range(CLASSES))}
document = {
    "classes": CLASSES,
    "labels": labels.tolist(),
    "logits": logits.ravel().tolist(),
    "accuracy": metrics.accuracy_score(labels, best),
    "confusion": metrics.confusion_matrix(labels, best).tolist(),
    "precision": precision.tolist(),
    "recall": recall.tolist(),
    "f1": f1.tolist(),
    "macro": [float(value) for value in macro[:3]],
    "top_k": [metrics.top_k_accuracy_score(k=k, **mirrored) for k in (1, 2, 3)],
    "log_loss": metrics.log_loss(labels, probabilities),
    "macro_roc_auc": metrics.roc_auc_score(labels, probabilities / probabilities.sum(
        axis=1, keepdims=True), multi_class="ovr"),
    "reliability": {"accuracy": accuracy_in_bin.tolist(),
                    "confidence": confidence_in_bin.tolist()},
    "calibration_error": float((sizes * np.abs(accuracy_in_bin - confidence_in_bin)).sum() /
                               sizes.sum()),
    "per_class": [of_class(k) for k in range(CLASSES)],
}
print(json.dumps(document))
