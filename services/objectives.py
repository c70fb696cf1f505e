"""The service objectives as numbers: what counts as in time, for the metrics that count it and their rules.

`deploy/prometheus/rules.yaml` has the same numbers as bounds of buckets; a test holds the two together.
"""

from typing import Final

from streams.assessments import Level

DETECTION_S: Final = 60  # what was read → assessment on the record
BELL_S: Final = 60  # ring → first delivery attempt, on each side
DIFFERENCE_S: Final = 10  # between the first attempts of the two sides
OVERDUE_S: Final = 60  # a delivery that is due and has not left for so long is owed
ANSWER_S: Final = {Level.WATCH: 4 * 3_600, Level.WARNING: 3_600, Level.EMERGENCY: 900}  # ring → first answer of a side
