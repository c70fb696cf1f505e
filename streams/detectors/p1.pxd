# Types of C for the loops of p1.py in the compiled build; the interpreter never reads this file.
cimport cython

cdef double UNIT, LARGEST_MOVE, FOLLOWS_PACE, FOLLOWS_LEAST, FOLLOWS_CUT, _NEAREST

@cython.locals(
    logs=list, drifts=list, levels=list, wholes=list, followed=list, taught=list, gates=list, sample=list,
    level="long long", whole="long long", drift="long long", before="long long", drifted="long long",
    then="long long", move="long long", rows="long long", same="long long",
    warm_up="long long", stride="long long", frozen_after="long long", frozen_share=double,
    still=double, recent=double, cut=double, leap=double, low=double, high=double,
    back=Py_ssize_t, index=Py_ssize_t, longest=Py_ssize_t, cycle="long long", watchful=bint,
)
cpdef list _rows(state, run, pace, voice)

@cython.locals(
    wholes=list, followed=list, level="long long", last="long long", drift="long long", is_first=bint, followed_now=double,
    move=double, together=double, follows=double, swings=double, change=double, share=double,
)
cpdef tuple _levels(state, run, double limit)

@cython.locals(found=list, number=double)
cpdef list _logged(list values)
