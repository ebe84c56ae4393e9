"""Field types, one module each: what a type allows in a contract, how a cell becomes a value, and
how that value fits its BigQuery column. `registry` lists them; `common` has what several of them
share.

Importing these modules loads neither numpy nor pyarrow: types only name the vectorised kernel that
reads them, and `csvgate.validation.fast.kernels.choose` makes it.
"""
