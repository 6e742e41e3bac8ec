"""One worked example per KPI of the catalogue: what sources reported, and the answer by hand.

FIGURES are the figures of February 2026 (28 days) at two sites, with figures around it that must
not count. ANSWERS are read at the group over that month, each written as the arithmetic of the
lines above it. Units were chosen so that a mean of the units' rates gives another number.
"""

from __future__ import annotations

FIGURES = """
mco_stays   A  2026-02-27 HC   6
mco_stays   A  2026-02-28 HC   2
mco_stays   A  2026-02-28 AMBU 5
mco_stays   B  2026-02-28 HC   4
mco_stays   B  2026-02-27 AMBU 3
mco_stays   B  2026-03-01 HC   99   # another month
mco_nights  A  2026-02-27      30
mco_nights  A  2026-02-28      10
mco_nights  B  2026-02-28      8
mco_passages  A1 2026-02-27 HC   5
mco_passages  A2 2026-02-27 HC   4
mco_passages  A1 2026-02-28 AMBU 5
mco_passages  B1 2026-02-28 HC   4
mco_passage_nights A1 2026-02-27 20
mco_passage_nights A2 2026-02-27 18
mco_passage_nights B1 2026-02-28 8
surgery_stays A1 2026-02 HC   30
surgery_stays A1 2026-02 AMBU 50
surgery_stays B1 2026-02 HC   10
surgery_stays B1 2026-02 AMBU 10
sessions A1 2026-02-27 DIALYSE 12
sessions A1 2026-02-28 DIALYSE 11
sessions B1 2026-02-28 CHIMIO  4
los_actual_days   A1 2026-02 90
los_actual_days   B1 2026-02 30
los_expected_days A1 2026-02 100
los_expected_days B1 2026-02 20
ghs_value_eur A1 2026-02 90000
ghs_value_eur B1 2026-02 10000
valued_stays  A1 2026-02 30
valued_stays  B1 2026-02 10
outpatient_visits A1 2026-02-27 CARDIO 40
outpatient_visits A1 2026-02-28 CARDIO 10
outpatient_visits B1 2026-02-27 ORL    5
births A1 2026-02-27 2
births A1 2026-02-28 1

ed_visits A1 2026-02-27 0-17  10
ed_visits A1 2026-02-27 18-74 30
ed_visits A1 2026-02-27 75+   10
ed_visits A1 2026-02-28 18-74 40
ed_visits A1 2026-02-28 75+   10
ed_visits B1 2026-02-28 18-74 15
ed_visits B1 2026-02-28 NC    5    # age unknown: a visit, but in no share of ages
ed_admissions A1 2026-02-27 MED  8
ed_admissions A1 2026-02-27 CHIR 2
ed_admissions B1 2026-02-28 MED  5
ed_visits_known_outcome A1 2026-02-27 40
ed_visits_known_outcome A1 2026-02-28 45
ed_visits_known_outcome B1 2026-02-28 15
ed_visits_over_8h        A1 2026-02-27 5
ed_visits_over_8h        B1 2026-02-28 4
ed_visits_valid_duration A1 2026-02-27 30
ed_visits_valid_duration B1 2026-02-28 15
ed_left_without_care A1 2026-02-27 4
ed_left_without_care B1 2026-02-28 2
ed_present_15h A1 2026-02-27 12
ed_present_15h A1 2026-02-28 20
ed_present_15h B1 2026-02-28 5
readmission_eligible A1 2026-02 150
readmission_eligible B1 2026-02 50
readmission_30d      A1 2026-02 21
readmission_30d      B1 2026-02 3
or_used_minutes A1 2026-02-27 900
or_used_minutes A1 2026-02-28 300
or_open_minutes A1 2026-02-27 1000
or_open_minutes A1 2026-02-28 500
or_scheduled A1 2026-02-27 30
or_scheduled A1 2026-02-28 20
or_cancelled_late A1 2026-02-27 LIT     1
or_cancelled_late A1 2026-02-28 PATIENT 2

beds_installed A1 2026-02-27..2026-02-28 20
beds_installed B1 2026-02-27..2026-02-28 10
beds_open A1 2026-02-27 18
beds_open A1 2026-02-28 16
beds_open B1 2026-02-27 10
beds_open B1 2026-02-28 9
beds_closed A1 2026-02-27 RH      2
beds_closed A1 2026-02-28 RH      3
beds_closed A1 2026-02-28 TRAVAUX 1
beds_closed B1 2026-02-28 ETE     1
patients_midnight A1 2026-02-27..2026-02-28 17
patients_midnight B1 2026-02-27 9
patients_midnight B1 2026-02-28 8
patients_0800 A1 2026-02-27 15
patients_0800 A1 2026-02-28 19
patients_0800 B1 2026-02-27 9
patients_0800 B1 2026-02-28 10
beds_open_0800 A1 2026-02-27 18
beds_open_0800 A1 2026-02-28 20
beds_open_0800 B1 2026-02-27..2026-02-28 10
beds_available_0800 A1 2026-02-27 MED  3
beds_available_0800 A1 2026-02-28 MED  2
beds_available_0800 A1 2026-02-28 CHIR 4
beds_available_0800 B1 2026-02-28 MED  1
beds_available_0800 B1 2026-02-28 SMR  6
bed_exits A1 2026-02-27 3
bed_exits A1 2026-02-28 2
bed_exits B1 2026-02-28 1
boarders_0800 A1 2026-02-27 75+   5
boarders_0800 A1 2026-02-28 75+   3
boarders_0800 A1 2026-02-28 18-74 4
boarders_0800 B1 2026-02-28 18-74 1
boarding_nights A1 2026-02-27 3
boarding_nights A1 2026-02-28 2
boarding_nights B1 2026-02-28 1
long_stays_present A1 2026-02-27 9
long_stays_present A1 2026-02-28 7
long_stays_present B1 2026-02-27..2026-02-28 2
exits_eligible    A1 2026-02-27 20
exits_eligible    A1 2026-02-28 10
exits_before_noon A1 2026-02-27 7
exits_before_noon A1 2026-02-28 2
edd_filled     A1 2026-02-27 12
edd_filled     A1 2026-02-28 15
inpatients_24h A1 2026-02-27 16
inpatients_24h A1 2026-02-28 20
outliers A1 2026-02-27 1
outliers A1 2026-02-28 2
frozen_beds A1 2026-02-27 4
frozen_beds A1 2026-02-28 3
frozen_beds B1 2026-02-28 1
downstream_waiting A1 2026-02-27 SMR   9
downstream_waiting A1 2026-02-28 SMR   6
downstream_waiting A1 2026-02-28 HAD   1
downstream_waiting B1 2026-02-28 EHPAD 3

t2a_estimated_eur A1 2025-12-31 GHS_HC 5000000   # last year
t2a_estimated_eur A1 2026-01-15 GHS_HC 1000000
t2a_estimated_eur A1 2026-02-27 GHS_HC 800000
t2a_estimated_eur B1 2026-02-28 ACE    100000
t2a_estimated_eur A1 2026-01-31 GHS_HC @budget 1100000
t2a_estimated_eur A1 2026-02-28 GHS_HC @budget 950000
t2a_estimated_eur A1 2026-03-31 GHS_HC @budget 900000   # not due yet
revenue_eur A1 2025-02 1/73  999                 # thirteen months ago
revenue_eur A2 2025-03..2026-02 1/73 0           # twelve months are read once all were reported
revenue_eur A1 2025-06 1/73  6000
revenue_eur A1 2026-01 1/73  1000
revenue_eur A1 2026-02 1/73  1200
revenue_eur A1 2026-02 2/708 300
revenue_eur A1 2026-02 3/775 100
revenue_eur A1 2026-02 3/781 50
revenue_eur B1 2026-02 1/73  350
revenue_eur A1 2026-01 1/73 @budget 900
revenue_eur A1 2026-02 1/73 @budget 2100
revenue_eur A1 2026-03..2026-12 1/73 @budget 1000
expense_eur A1 2025-02 1/641  999
expense_eur A2 2025-03..2026-02 1/641 0
expense_eur A1 2025-06 1/641  3000
expense_eur A1 2025-06 2/602  1000
expense_eur A1 2026-01 1/641  700
expense_eur A1 2026-02 1/641  900
expense_eur A1 2026-02 2/602  200
expense_eur A1 2026-02 3/606  150
expense_eur A1 2026-02 4/6811 120
expense_eur A1 2026-02 4/675  30
expense_eur B1 2026-02 1/641  200
expense_eur A1 2026-01 1/641 @budget 800
expense_eur A1 2026-02 1/641 @budget 1300
expense_eur A1 2026-03..2026-12 1/641 @budget 1000
cash_eur A1 2026-02-27 9000
cash_eur A1 2026-02-28 5000
cash_eur B1 2026-02-28 500
credit_lines_eur A1 2026-02-28 1000
receivables_eur A1 2026-01 AMO     999
receivables_eur A1 2026-02 AMO     400
receivables_eur A1 2026-02 PATIENT 50
receivables_eur B1 2026-02 AMO     50
invoiced_eur A1 2025-02 AMO 999
invoiced_eur A2 2025-03..2026-02 AMO 0
invoiced_eur A1 2025-06 AMO 3000
invoiced_eur A1 2026-02 AMO 600
invoiced_eur B1 2026-02 AMO 50
supplier_paid_eur      A1 2026-02 PHARMACIE 100
supplier_paid_eur      B1 2026-02 TRAVAUX   300
supplier_paid_eur_days A1 2026-02 PHARMACIE 6000
supplier_paid_eur_days B1 2026-02 TRAVAUX   9000
supplier_overdue_eur A1 2026-01 50-90 80
supplier_overdue_eur A1 2026-02 50-90 50
supplier_overdue_eur B1 2026-02 90+   20
debt_eur A1 2026-02 2000
debt_eur B1 2026-02 250
closed_stays A1 2026-02-27 10
closed_stays A1 2026-02-28 15
coded_stays  A1 2026-02-27 9
coded_stays  A1 2026-02-28 6

fte_paid A1 2026-01 PNM/IDE 10
fte_paid A1 2026-02 PNM/IDE 12
fte_paid A1 2026-02 PM/PH   3
fte_paid B1 2026-02 PNM/IDE 5
fte_paid A1 2026-02 PNM/IDE @budget 16
fte_paid B1 2026-02 PNM/IDE @budget 6
absence_days A1 2026-02 MO    40
absence_days A1 2026-02 AT_MP 2
absence_days B1 2026-02 MO    14
absence_days_short A1 2026-02-27 3
absence_days_short A1 2026-02-28 1
fte_planned A1 2026-02-27 10
fte_planned A1 2026-02-28 9
fte_planned B1 2026-02-28 6
work_accidents A1 2025-02 9
work_accidents A2 2025-03..2026-02 0
work_accidents A1 2025-03 2
work_accidents A1 2026-02 1
hours_worked A1 2025-02 1
hours_worked A2 2025-03..2026-02 0
hours_worked A1 2025-03 60000
hours_worked A1 2026-02 40000
staff_entries A1 2025-03 PNM/IDE 4
staff_entries A1 2026-02 PNM/IDE 2
staff_entries A2 2025-03..2026-02 PNM/IDE 0
staff_exits   A1 2025-09 PNM/IDE 6
staff_exits   A2 2025-03..2026-02 PNM/IDE 0
headcount A1 2025-03..2026-01 TITULAIRE 50
headcount A1 2026-02 TITULAIRE 40
headcount A1 2026-02 CDI 10
headcount A1 2026-02 CDD 10
headcount A1 2026-02 PM  20
posts_budgeted A1 2026-02 PNM/IDE 50
posts_budgeted B1 2026-02 PNM/IDE 30
posts_filled   A1 2026-02 PNM/IDE 47
posts_filled   B1 2026-02 PNM/IDE 29
overtime_hours A1 2026-02 PNM/IDE 46
temp_staff_eur A1 2026-02 PNM/IDE 700
temp_staff_eur B1 2026-02 PM/PH   300

esatis_points      A1 2026-02 7400
esatis_points      B1 2026-02 2400
esatis_respondents A1 2026-02 100
esatis_respondents B1 2026-02 30
esatis_sent A1 2026-02 300
esatis_sent B1 2026-02 220
serious_adverse_events A1 2026-02 2
serious_adverse_events B1 2026-02 1
ifaq_eur A1 2026-02 C1 5000
ifaq_eur A1 2026-02 C2 3000
letters_expected A1 2026-02 200
letters_expected B1 2026-02 50
letters_d0       A1 2026-02 120
letters_d0       B1 2026-02 10
digital_expense_eur A1 2026-01 MAINTENANCE 30
digital_expense_eur A1 2026-02 PERSONNEL   16
ins_eligible  A1 2026-02 80
ins_eligible  B1 2026-02 20
ins_qualified A1 2026-02 72
ins_qualified B1 2026-02 13
cyber_checks        A1 2026-02 MFA 10
cyber_checks        B1 2026-02 MFA 10
cyber_checks_passed A1 2026-02 MFA 8
cyber_checks_passed B1 2026-02 MFA 5
app_minutes      A1 2026-02-27..2026-02-28 DPI  1440
app_minutes      A1 2026-02-27..2026-02-28 LABO 1440
app_down_minutes A1 2026-02-27 DPI  30
app_down_minutes A1 2026-02-28 LABO 42
"""

ANSWERS: dict[str, float] = {
    "mco_stays": 6 + 2 + 5 + 4 + 3,
    "mco_full_stays": 6 + 2 + 4,
    "mco_ambulatory_stays": 5 + 3,
    "surgery_ambulatory_rate": 100 * (50 + 10) / (30 + 50 + 10 + 10),
    "sessions": 12 + 11 + 4,
    "alos_full": (30 + 10 + 8) / (6 + 2 + 4),
    "ip_dms": (90 + 30) / (100 + 20),
    "stay_mean_value": (90_000 + 10_000) / (30 + 10),
    "outpatient_visits": 40 + 10 + 5,
    "births": 2 + 1,
    "ed_visits": 10 + 30 + 10 + 40 + 10 + 15 + 5,
    "ed_visits_75_share": 100 * (10 + 10) / (10 + 30 + 10 + 40 + 10 + 15),
    "ed_hospitalisation_rate": 100 * (8 + 2 + 5) / (40 + 45 + 15),
    "ed_admissions": 8 + 2 + 5,
    "ed_los_over_8h_rate": 100 * (5 + 4) / (30 + 15),
    "ed_lwbs_rate": 100 * (4 + 2) / 120,
    "ed_present_15h": 20 + 5,
    "readmission_30d_rate": 100 * (21 + 3) / (150 + 50),
    "or_occupancy_rate": 100 * (900 + 300) / (1000 + 500),
    "or_late_cancellation_rate": 100 * (1 + 2) / (30 + 20),
    "beds_installed": 20 + 10,
    "beds_open": 16 + 9,
    "beds_closed_rate": 100 * (2 + 3 + 1 + 1) / (20 + 20 + 10 + 10),
    "inpatients": 17 + 8,
    "bed_occupancy_rate": 100 * (17 + 17 + 9 + 8) / (18 + 16 + 10 + 9),
    "bed_occupancy_now": 100 * (19 + 10) / (20 + 10),
    "beds_available_now": 2 + 4 + 1 + 6,
    "bed_turnover": 30 * (3 + 2 + 1) / (18 + 16 + 10 + 9),
    "boarders_now": 3 + 4 + 1,
    "boarding_nights": 3 + 2 + 1,
    "long_stays_present": 7 + 2,
    "discharge_before_noon_rate": 100 * (7 + 2) / (20 + 10),
    "expected_discharge_filled_rate": 100 * (12 + 15) / (16 + 20),
    "outlier_rate": 100 * (1 + 2) / (17 + 17 + 9 + 8),
    "frozen_beds_mdro": 3 + 1,
    "downstream_waiting": 6 + 1 + 3,
    "t2a_revenue": 800_000 + 100_000,
    "t2a_gap_to_target": (1_000_000 + 800_000 + 100_000 - 1_100_000 - 950_000) / 1000,
    "revenue_by_title": 1200 + 300 + 100 + 50 + 350,
    "expense_by_title": 900 + 200 + 150 + 120 + 30 + 200,
    "eprd_execution_rate": 100 * (700 + 1600) / (800 + 1300 + 10 * 1000),
    "eprd_variance": ((1000 + 2000) - (900 + 2100) - (700 + 1600) + (800 + 1300)) / 1000,
    # twelve months: revenue 6000 + 1000 + 2000 of which 77 and 78: 150; titles 1-3: 6300 - 150
    "gross_margin_rate": 100 * (9000 - 150 - 6150) / (9000 - 150),
    # result 9000 - 6300, + 675 and 68: 30 + 120, - 775, 777 and 78: 100 + 50
    "caf_rate": 100 * (9000 - 6300 + 150 - 150) / 9000,
    "cash_position": 5000 + 500 - 1000,
    "cash_days": 365 * (5000 + 500 - 1000) / 6150,
    "dso_days": 365 * (400 + 50 + 50) / (3000 + 600 + 50),
    "supplier_payment_days": (6000 + 9000) / (100 + 300),
    "supplier_overdue_amount": 50 + 20,
    "debt_ratio": 100 * (2000 + 250) / 9000,
    "debt_repayment_years": (2000 + 250) / 2700,
    "coding_completeness": 100 * (9 + 6) / (10 + 15),
    "fte_paid": 12 + 3 + 5,
    "fte_gap_to_budget": (12 + 3 + 5) - (16 + 6),
    "payroll": 900 + 200,
    "fte_unit_cost": 365.25 / 1000 * (900 + 200) / (28 * (12 + 3 + 5)),
    "absence_rate": 100 * (40 + 2 + 14) / (28 * (12 + 3 + 5)),
    "short_absence_rate": 100 * (3 + 1) / (10 + 9 + 6),
    "absence_by_motive": 40 + 2 + 14,
    "work_accident_frequency": 1e6 * (2 + 1) / (60_000 + 40_000),
    "turnover_rate": 100 * (4 + 2 + 6) / 2 / ((11 * 50 + 80) / 12),
    "vacancy_rate": 100 * (50 + 30 - 47 - 29) / (50 + 30),
    "overtime_hours_per_fte": 30.4375 * 46 / (28 * (12 + 3 + 5)),
    "temp_staff_cost": 700 + 300,
    "contract_share": 100 * (10 + 10) / (40 + 10 + 10),
    "esatis_score": (7400 + 2400) / (100 + 30),
    "esatis_response_rate": 100 * (100 + 30) / (300 + 220),
    "serious_adverse_events": 2 + 1,
    "ifaq_amount": 5000 + 3000,
    "discharge_letter_d0_rate": 100 * (120 + 10) / (200 + 50),
    "digital_budget_share": 100 * (30 + 16) / (700 + 1600),
    "ins_qualified_rate": 100 * (72 + 13) / (80 + 20),
    "cyber_readiness_score": 100 * (8 + 5) / (10 + 10),
    "critical_app_availability": 100 * (4 * 1440 - 30 - 42) / (4 * 1440),
}
"""KPIs that are ratios or sums: value of February 2026 at the group."""
