# Types of C for the loop of ewma.py in the compiled build; the interpreter never reads this file.
cimport cython

@cython.locals(
    alpha=double, keep=double, limit=double, mean=double, variance=double, value=double, off=double, square=double,
    at=Py_ssize_t, silent=Py_ssize_t, found=list,
)
cpdef _folded(state, list values, parameters)
