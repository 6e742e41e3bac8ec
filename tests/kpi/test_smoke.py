import time
from tests.support.hospital import Hospital, kpi
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain
from datetime import date
def test_a(hospital: Hospital):
    t=time.perf_counter()
    g = hospital.given("beds_open A1 2026-01-01..2026-12-31 12\n beds_open B1 2026-01-01..2026-12-31 3")
    print('publish',time.perf_counter()-t); t=time.perf_counter()
    s=series(g, hospital.scope(), kpi("beds_open"), "G", start=date(2026,1,1), end=date(2026,3,1), grain=Grain.MONTH)
    print(s); print('series',time.perf_counter()-t)
