"""Writes numpy-1.24.json: arrays and how NumPy 1.24 prints them. Run with that version: python3 numpy-1.24.py"""
import json
import os

import numpy as np

assert np.__version__.startswith("1.24.")
rng = np.random.default_rng(2024)
nan, inf = np.nan, np.inf
cases = []


def number(x):
    if isinstance(x, float) and (x != x or x in (inf, -inf)):
        return "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"
    return x


def add(a, dtype="float64", arange=None, **options):
    a = np.asarray(a, dtype)
    with np.printoptions(**options):
        text = {"str": str(a[()]) if a.shape == () else str(a), "repr": repr(a)}
    values = {"arange": arange} if arange else {"values": [number(v) for v in a.ravel().tolist()]}
    cases.append({"dtype": dtype, "shape": a.shape, **values, **({"options": options} if options else {}), **text})


def count(n, shape=None, dtype="float64", start=0, step=1, **options):
    add((start + step * np.arange(n)).reshape(shape or n), dtype, arange=[start, n, step], **options)


# Scalars
for x in (165.0, 715.0000000000001, 110.00000000000001, 3.3000000000000003, 0.1, 1e-4, 9.999e-5, 1e-5, 1.5e-7, 1e15, 1e16, 1.5e16,
          123456789012345.6, 5e-324, 1.7976931348623157e308, 0.0, -0.0, -2.5, 1 / 3, nan, inf, -inf):
    add(x)
for x in (0.1, 1 / 3, 16777216.0, 1e10, 1e16, 3.4028235e38, 1e-45, 1e-4, -0.0, nan, -inf, 87045232.0):
    add(np.float32(x), "float32")
add(650, "int64"); add(-7, "int32"); add(255, "uint8"); add(2**64 - 1, "uint64"); add(True, "bool"); add(False, "bool")

# Whole numbers and truth values
add([1, 2, 3], "int64"); add([[1, -20], [300, 4]], "int64"); add([1, 2, 3], "int32"); add([-128, 127], "int8"); add([0, 255], "uint8")
add([-(2**63), 2**63 - 1], "int64"); add([0, 2**64 - 1], "uint64"); add([-1, 10], "int16"); add([65535], "uint16"); add([4294967295, 0], "uint32")
add([True, False], "bool"); add([[True, True], [True, True]], "bool"); add(rng.random((3, 14)) < 0.5, "bool")
add(rng.integers(-10**6, 10**6, (2, 20)), "int32")

# Points below each other
add([1.0, 2.0]); add([1.5, 2.0, -3.25]); add([0.1, 0.12345678901, 100.0]); add([0.0, -0.0]); add([1e7, 12345678.5]); add([99999999.0, 1e5])
add([0.123456785, 0.123456775]); add([0.1 + 0.2]); add([2 / 3, 1 / 3], "float32"); add([0.1, 1.1, 16777217.0 / 3], "float32")
add([16777216.0, 33554432.0, 87045232.0], "float32"); add([0.00012, 0.1]); add([0.5, 500.0]); add([0.5, 500.5])

# Exponents
add([1e8, 1.0]); add([1e-5, 1.0]); add([1.0, 1001.0]); add([1.0, 1000.0]); add([1e-300, 5e-324, 0.0]); add([1e300, -1e-300])
add([1.23456789012e10, 2.0]); add([0.1, 1.2345679e-7], "float32"); add([9.99999999999e22, 1e23]); add([1e100, 1.0]); add([0.0001, 0.0002], "float32")
add([-1.5e-10, 0.0]); add(10.0 ** np.arange(-8, 8)); add(2.0 ** np.arange(-20, 20, 3), "float32")

# Numbers that are none
add([nan, 1.0]); add([inf, -inf, 0.5]); add([nan, nan]); add([-inf]); add([nan, 1e10, -inf]); add([inf, 1.0]); add([nan, -100.25], "float32"); add([[nan, 1e-7], [inf, 2]])

# Lines and brackets
add(rng.standard_normal(30)); add(rng.standard_normal((3, 12))); add(rng.standard_normal((2, 2, 3))); add(rng.standard_normal((2, 1, 2, 2)))
add(rng.standard_normal((2, 2, 1, 2, 1)), "float32"); add(rng.standard_normal((4, 3)) * 1000, "float32"); add(np.eye(3)); add(np.zeros((1, 1, 1)))
add(rng.standard_normal(6), "float32"); add(rng.standard_normal(5), "float32"); count(40); count(60, (3, 20), "int32"); add(np.ones((7, 1)))

# Nothing
for shape in ((0,), (0, 3), (3, 0), (2, 0, 4)):
    add(np.zeros(shape)); add(np.zeros(shape), "float32")
add(np.zeros(0), "bool"); add(np.zeros(0), "int64"); add(np.zeros(0), "int32"); add(np.zeros((1, 0)), "int64")

# Shortened
count(1000); count(1001); count(1001, dtype="int64"); count(2000, dtype="float32", step=0.5); count(10_000, (100, 100)); count(10_000, (2, 5000), "int64")
count(10_000, (5000, 2), "int32"); count(12_000, (10, 20, 60), "float32", -6000, 0.25); count(4096, (8,) * 4, "int64"); count(2048, (2,) * 11, "uint16")
count(1200, (1, 1200), "int16"); count(7000, (7, 1000), "float32"); count(6000, (6, 1000)); count(1500, step=1e6)

# Options
add(rng.standard_normal((2, 4)), precision=3); add(rng.standard_normal(4), precision=0); add(rng.standard_normal(3), precision=17)
add([1e-10, 1.0, 2000.0], suppress=True); add([6e-9, 4e-9, 1.0], suppress=True); add([1e-10, 1e9], suppress=True); count(30, threshold=10)
count(30, (5, 6), "int64", threshold=10, edgeitems=1); count(60, linewidth=40); add(rng.standard_normal((2, 3)), linewidth=20); add([0.1], "float32", precision=12)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "numpy-1.24.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(len(cases))
