# Types of C for what baselines.py does most, in the compiled build; the interpreter never reads this file.
cimport cython

cdef double MAD_TO_SIGMA, TAIL_TO_SIGMA

@cython.locals(half=Py_ssize_t)
cdef _middle(list ordered)

@cython.locals(half=Py_ssize_t, count=Py_ssize_t, middle=double)
cdef _spread(list ordered, double centre)

@cython.locals(low=Py_ssize_t, high=Py_ssize_t, at=Py_ssize_t, near=double, far=double)
cdef double _deviation(list ordered, double centre, Py_ssize_t rank)
