"""The detectors: one file and one line each. All are held to the conformance suite."""

from streams.detectors.base import CalendarDetector, Detector, HazardDetector, NoticeDetector, PatternDetector
from streams.detectors.c1 import C1
from streams.detectors.c2 import C2
from streams.detectors.c3 import C3
from streams.detectors.c4 import C4
from streams.detectors.c5 import C5, C5State
from streams.detectors.g1 import G1, G1State
from streams.detectors.l1 import L1, L1State
from streams.detectors.l2 import L2, L2State
from streams.detectors.n1 import N1, N1State
from streams.detectors.p1 import P1, P1State
from streams.detectors.p2 import P2, P2State
from streams.detectors.p3 import P3, P3State
from streams.detectors.v1 import V1, V1State
from streams.detectors.v2 import V2, V2State
from streams.detectors.v3 import V3, V3State
from streams.detectors.v4 import V4, V4State
from streams.detectors.x1 import X1, X1State

DETECTORS: tuple[Detector, ...] = (P1(), P2(), P3(), V1(), V2(), V3(), V4(), L1(), N1(), X1(), G1())
# Made by the pipeline, which has the reference data.
NOTICE_DETECTORS: tuple[type[NoticeDetector], ...] = (C1, C2)
HAZARD_DETECTORS: tuple[type[HazardDetector], ...] = (L2,)
PATTERN_DETECTORS: tuple[PatternDetector, ...] = (C3(), C4())  # read what the others said
CALENDAR_DETECTORS: tuple[type[CalendarDetector], ...] = (C5,)

DetectorState = (
    P1State | P2State | P3State | V1State | V2State | V3State | V4State | L1State | N1State | X1State | G1State
)  # told apart by their tag, so that a snapshot is typed
HazardState = L2State
CalendarState = C5State
