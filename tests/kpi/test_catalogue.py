"""The catalogue: the 82 indicators, whole and coherent, and what a hospital may add to them."""

from __future__ import annotations

import dataclasses
import itertools
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import BadKpiFile, UnknownKpi
from cockpit.kpi.catalogue import KPIS, check, home_kpis, kpi_named, with_local
from cockpit.kpi.checks import AGGREGATIONS
from cockpit.kpi.document import document, exact_formula, levels
from cockpit.kpi.model import Domain, Threshold
from cockpit.kpi.terms import term

ROOT = Path(__file__).parents[2]

ACTIVITY = """
mco_stays mco_full_stays mco_ambulatory_stays surgery_ambulatory_rate sessions alos_full ip_dms
stay_mean_value outpatient_visits births ed_visits ed_visits_75_share ed_hospitalisation_rate
ed_admissions
ed_los_median ed_los_over_8h_rate ed_first_doctor_median ed_lwbs_rate ed_present_15h
het_tension_index readmission_30d_rate or_occupancy_rate or_late_cancellation_rate
"""
BEDS = """
beds_installed beds_open beds_closed_rate inpatients bed_occupancy_rate bed_occupancy_now beds_available_now
bjml bjml_gap bed_turnover boarders_now boarding_nights long_stays_present
discharge_before_noon_rate expected_discharge_filled_rate outlier_rate frozen_beds_mdro
downstream_waiting
"""
FINANCE = """
t2a_revenue t2a_gap_to_target revenue_by_title expense_by_title eprd_execution_rate eprd_variance
year_end_landing gross_margin_rate caf_rate cash_position cash_days dso_days supplier_payment_days
supplier_overdue_amount debt_ratio debt_repayment_years coding_completeness coding_delay_median
"""
WORKFORCE = """
fte_paid fte_gap_to_budget payroll fte_unit_cost absence_rate short_absence_rate absence_by_motive
work_accident_frequency turnover_rate vacancy_rate overtime_hours_per_fte temp_staff_cost
contract_share
"""
QUALITY = """
esatis_score esatis_response_rate serious_adverse_events ifaq_amount discharge_letter_d0_rate
digital_budget_share ins_qualified_rate cyber_readiness_score critical_app_availability
forecast_quality
"""
SPEC = {
    Domain.ACTIVITY: ACTIVITY.split(),
    Domain.BEDS: BEDS.split(),
    Domain.FINANCE: FINANCE.split(),
    Domain.WORKFORCE: WORKFORCE.split(),
    Domain.QUALITY: QUALITY.split(),
}
HOME = """
ed_visits boarders_now bed_occupancy_now beds_closed_rate absence_rate t2a_gap_to_target
year_end_landing cash_position
"""
TEXTS = [
    f"{name}_{language}"
    for name, language in itertools.product(("label", "short", "definition"), ("fr", "en"))
] + ["reference_fr", "alert_fr", "source_fr", "owner_fr", "lever_fr", "waiting_for"]

FORMULAS = {
    "bed_occupancy_rate": "100 × Présents à minuit `patients_midnight` [cumulés en unités-jours] / "
    "Lits ouverts `beds_open` [cumulés en unités-jours]",
    "alos_full": "Nuitées MCO `mco_nights` / Séjours MCO `mco_stays` [HC]",
    "vacancy_rate": "100 × (Postes budgétés `posts_budgeted` − Postes pourvus `posts_filled`) / "
    "Postes budgétés `posts_budgeted`",
    "t2a_gap_to_target": "0,001 × (T2A estimée (codée + non codée) `t2a_estimated_eur` "
    "[depuis janvier] − T2A estimée (codée + non codée) `t2a_estimated_eur` "
    "[depuis janvier ; à l'EPRD])",
    "cash_position": "Solde du compte au Trésor `cash_eur` − Lignes de trésorerie tirées "
    "`credit_lines_eur`",
    "ed_los_median": "médiane de l'histogramme de Durées de passage (histogramme) `ed_los_minutes`",
}
GLOSSARY = """
mco smr had uhcd ghm ghs dmt t2a finess bjml het eprd etp etpr tper dim rum rss pmsi rpu caf dso
ip-dms eigs ins ifaq dps bmr
"""

every_kpi = pytest.mark.parametrize("kpi", KPIS.values(), ids=lambda one: one.id)


class TestTheEighty:
    def test_ids_are_those_of_the_specification_in_its_order(self):
        assert list(KPIS) == [kpi for ids in SPEC.values() for kpi in ids]
        assert len(KPIS) == 82

    @pytest.mark.parametrize("domain", Domain)
    def test_each_domain_holds_its_own(self, domain):
        assert [kpi.id for kpi in KPIS.values() if kpi.domain == domain] == SPEC[domain]

    def test_home_tiles_come_in_the_order_of_the_director(self):
        assert [kpi.id for kpi in home_kpis()] == HOME.split()
        assert [kpi.home_rank for kpi in home_kpis()] == [1, 2, 3, 4, 5, 6, 7, 8]

    def test_a_kpi_is_found_by_its_id_and_an_unknown_one_is_refused(self):
        assert kpi_named("bed_occupancy_rate").unit == "%"
        with pytest.raises(UnknownKpi) as refused:
            kpi_named("bed_ocupancy_rate")
        assert refused.value.facts == {"kpi": "bed_ocupancy_rate"}

    @pytest.mark.parametrize("field", ["label_fr", "label_en", "short_fr", "short_en"])
    def test_two_kpis_never_bear_the_same_name(self, field):
        names = [getattr(kpi, field) for kpi in KPIS.values()]
        assert len(set(names)) == len(names)


class TestEveryKpi:
    @every_kpi
    def test_is_well_formed(self, kpi):
        assert check(kpi) == []

    @every_kpi
    def test_says_everything_a_director_asks(self, kpi):
        assert [field for field in TEXTS if not getattr(kpi, field).strip()] == []

    @every_kpi
    def test_fits_its_tile(self, kpi):
        assert max(len(kpi.short_fr), len(kpi.short_en)) <= 20

    @every_kpi
    def test_definition_is_a_few_plain_sentences(self, kpi):
        for text in (kpi.definition_fr, kpi.definition_en):
            assert text.endswith(".")
            assert 60 <= len(text) <= 420

    @every_kpi
    def test_a_rate_divides_and_names_its_aggregation(self, kpi):
        assert kpi.aggregation in AGGREGATIONS
        assert bool(kpi.denominator) == (kpi.aggregation in {"RS", "WM"})

    @every_kpi
    def test_a_percentage_is_out_of_a_hundred(self, kpi):
        if kpi.unit == "%" and kpi.kind == "ratio":
            assert kpi.scale in {50, 100}

    @every_kpi
    def test_an_internal_reference_is_never_called_national(self, kpi):
        assert "benchmark" not in kpi.reference_fr.lower()
        assert "repère national :" not in kpi.reference_fr.replace("Pas de repère national :", "")

    @every_kpi
    def test_red_is_worse_than_amber(self, kpi):
        limit = kpi.threshold
        if kpi.direction == "context":
            assert limit is None
        if limit is None:
            return
        if limit.amber is not None and limit.red is not None:
            assert limit.amber > limit.red if kpi.direction == "up" else limit.amber < limit.red
        if limit.low_amber is not None and limit.low_red is not None:
            assert kpi.direction == "band"
            assert limit.low_amber > limit.low_red

    @every_kpi
    def test_its_target_is_not_an_alert(self, kpi):
        limit = kpi.threshold
        if kpi.target is None or limit is None or limit.on != "value":
            return
        if kpi.direction == "up" and limit.red is not None:
            assert kpi.target > limit.red
        elif limit.red is not None:
            assert kpi.target <= limit.red
        if limit.low_red is not None:
            assert kpi.target > limit.low_red


class TestFormulas:
    """The exact formula of the KPIs whose arithmetic is easiest to get wrong."""

    @pytest.mark.parametrize(("kpi_id", "formula"), FORMULAS.items())
    def test_is_rendered_from_its_terms(self, kpi_id, formula):
        assert exact_formula(kpi_named(kpi_id)) == formula

    def test_unit_cost_of_an_fte_by_hand(self):
        """900 000 € of title 1 in a 30-day month for 200 FTE = 6 000 FTE-days: 150 €/day,
        54 787.50 € a year, 54.8 k€/ETP."""
        assert 900_000 / 6_000 * kpi_named("fte_unit_cost").scale == pytest.approx(54.7875)

    def test_overtime_per_fte_and_month_by_hand(self):
        """280 h in a 30-day month for 200 FTE = 6 000 FTE-days: 1.42 h per average month."""
        assert 280 / 6_000 * kpi_named("overtime_hours_per_fte").scale == pytest.approx(
            1.4204, 1e-4
        )

    def test_turnover_by_hand(self):
        """20 entries and 22 exits in a year for 200 people: (20 + 22) / 2 / 200 = 10.5 %."""
        assert (20 + 22) / 200 * kpi_named("turnover_rate").scale == 10.5


class TestCheckRefuses:
    """One fault put in a good KPI, and the field that is named."""

    @pytest.mark.parametrize(
        ("kpi_id", "change", "field"),
        [
            ("births", {"id": "Births 2"}, "id"),
            ("births", {"short_fr": "Accouchements du mois"}, "short_fr"),
            ("births", {"definition_en": " "}, "definition_en"),
            ("births", {"unit": ""}, "unit"),
            ("births", {"aggregation": "AVG"}, "aggregation"),
            ("births", {"scale": 0.0}, "scale"),
            ("births", {"scale": math.inf}, "scale"),
            ("births", {"target": math.nan}, "target"),
            ("births", {"decimals": 4}, "decimals"),
            ("births", {"home_rank": 9}, "home_rank"),
            ("births", {"numerator": ()}, "numerator"),
            ("births", {"numerator": (term("birth"),)}, "numerator.0.measure"),
            ("births", {"numerator": (term("births", sign=2),)}, "numerator.0.sign"),
            ("births", {"numerator": (term("births", "A"),)}, "numerator.0.facets"),
            ("births", {"numerator": (term("births", over_time="sum"),)}, "numerator.0.over_time"),
            ("births", {"numerator": (term("births", span="ytd"),)}, "additive"),
            ("births", {"numerator": (term("ed_los_minutes"),)}, "numerator.0.measure"),
            ("births", {"numerator": (term("valued_stays"),)}, "step"),
            ("births", {"denominator": (term("mco_stays"),)}, "additive"),
            ("births", {"threshold": Threshold(amber=1, red=2)}, "threshold"),
            ("sessions", {"threshold": Threshold(amber=9, red=5)}, "threshold.on"),
            ("sessions", {"numerator": (term("sessions", "YOGA"),)}, "numerator.0.facets"),
            ("payroll", {"numerator": (term("expense_eur", "5"),)}, "numerator.0.facets"),
            ("payroll", {"numerator": (term("expense_eur", "1", "1"),)}, "numerator.0.facets"),
            ("mco_stays", {"unit_terms": ()}, "unit_terms"),
            ("mco_stays", {"unit_label_en": ""}, "unit_label_fr"),
            ("alos_full", {"unit_denominator": ()}, "unit_denominator"),
            ("alos_full", {"denominator": ()}, "denominator"),
            ("ed_los_median", {"numerator": (term("ed_visits"),)}, "numerator"),
            ("outlier_rate", {"threshold": Threshold()}, "threshold"),
            ("outlier_rate", {"threshold": Threshold(amber=math.inf)}, "threshold"),
            ("outlier_rate", {"threshold": Threshold(amber=10, red=8)}, "threshold.red"),
            ("outlier_rate", {"threshold": Threshold(low_amber=1)}, "threshold.low_amber"),
            (
                "or_occupancy_rate",
                {"threshold": Threshold(low_amber=60, low_red=70)},
                "threshold.low_red",
            ),
        ],
    )
    def test_the_fault_and_names_its_field(self, kpi_id, change, field):
        faulty = dataclasses.replace(kpi_named(kpi_id), **change)
        assert field in [problem.field for problem in check(faulty)]


OWN = """
id = "psychiatry_share"
domain = "beds"
label_fr = "Part de la psychiatrie dans les lits disponibles"
label_en = "Psychiatry share of available beds"
short_fr = "Part psychiatrie"
short_en = "Psychiatry share"
definition_fr = "Lits disponibles en psychiatrie divisés par les lits disponibles."
definition_en = "Available psychiatric beds divided by available beds."
unit = "%"
direction = "band"
scale = 100
aggregation = "RS"
target = 10
numerator = [{ measure = "beds_available_0800", facets = ["PSY"] }]
denominator = [{ measure = "beds_available_0800" }]
threshold = { low_red = 2, low_amber = 5, amber = 20, red = 30 }
"""


class TestLocalKpis:
    """OWN: a KPI of the hospital's own; other files break it one line at a time."""

    def test_a_new_kpi_comes_last_and_the_catalogue_is_unchanged(self, tmp_path):
        (tmp_path / "psy.toml").write_text(OWN, "utf-8")
        kpis = with_local(tmp_path)
        assert list(kpis)[:82] == list(KPIS)
        own = kpis["psychiatry_share"]
        assert own.numerator == (term("beds_available_0800", "PSY"),)
        assert own.threshold == Threshold(low_red=2, low_amber=5, amber=20, red=30)
        assert own.scale == 100
        assert "psychiatry_share" not in KPIS

    def test_no_folder_means_the_catalogue_alone(self, tmp_path):
        assert with_local(tmp_path / "kpis") == dict(KPIS)

    def test_a_catalogue_kpi_is_adjusted_in_place_and_keeps_its_formula(self, tmp_path):
        (tmp_path / "occupation.toml").write_text(
            'id = "bed_occupancy_rate"\ntarget = 90\nowner_fr = "Direction des soins"\n'
            "threshold = { amber = 94, red = 97 }\n",
            "utf-8",
        )
        kpis = with_local(tmp_path)
        mine, theirs = kpis["bed_occupancy_rate"], KPIS["bed_occupancy_rate"]
        assert list(kpis) == list(KPIS)
        assert (mine.target, mine.owner_fr) == (90, "Direction des soins")
        assert mine.threshold == Threshold(amber=94, red=97)
        assert (mine.numerator, mine.denominator) == (theirs.numerator, theirs.denominator)

    @pytest.mark.parametrize(
        ("line", "instead", "field", "expected"),
        [
            ('id = "psychiatry_share"', "", "id", "obligatoire"),
            ('id = "psychiatry_share"', 'id = "Psy"', "id", "minuscules"),
            ('domain = "beds"', 'domain = "lits"', "domain", "'activity'"),
            ('direction = "band"', 'direction = "haut"', "direction", "'up'"),
            ("scale = 100", 'scale = "100"', "scale", "nombre"),
            ("scale = 100", "scale = inf", "scale", "nombre fini"),
            ("scale = 100", "scale = 100\ntargett = 3", "targett", "champs connus"),
            ("target = 10", "target = 2026-01-01", "target", "nombre"),
            ('facets = ["PSY"]', 'facet = "PSY"', "numerator.0.facet", "champs connus"),
            ('facets = ["PSY"]', 'facets = "PSY"', "numerator.0.facets", "liste"),
            ('facets = ["PSY"]', 'facets = ["REA"]', "numerator.0.facets", "facettes"),
            ('facets = ["PSY"]', 'span = "mois"', "numerator.0.span", "'period'"),
            ("low_red = 2", "low_rouge = 2", "threshold.low_rouge", "champs connus"),
            ("low_red = 2", "low_red = 7", "threshold.low_red", "sévère"),
            ('unit = "%"', 'unit = "%"\nkind = "het"', "kind", "ratio"),
            ('unit = "%"', 'unit = "%"\nhome_rank = 1', "home_rank", "0"),
            (
                'denominator = [{ measure = "beds_available_0800" }]',
                "denominator = [3]",
                "denominator.0",
                "table",
            ),
            (
                'denominator = [{ measure = "beds_available_0800" }]',
                'denominator = [{ measure = "lits" }]',
                "denominator.0.measure",
                "mesure du catalogue",
            ),
        ],
    )
    def test_a_faulty_file_names_its_field(self, tmp_path, line, instead, field, expected):
        assert line in OWN
        (tmp_path / "psy.toml").write_text(OWN.replace(line, instead), "utf-8")
        with pytest.raises(BadKpiFile) as refused:
            with_local(tmp_path)
        assert refused.value.facts["file"] == "psy.toml"
        assert refused.value.facts["field"] == field
        assert expected in str(refused.value.facts["expected"])

    def test_a_formula_of_the_catalogue_cannot_be_changed(self, tmp_path):
        (tmp_path / "a.toml").write_text('id = "births"\nscale = 2.0\n', "utf-8")
        with pytest.raises(BadKpiFile) as refused:
            with_local(tmp_path)
        assert refused.value.facts["field"] == "scale"

    def test_the_same_id_twice_is_refused(self, tmp_path):
        (tmp_path / "a.toml").write_text(OWN, "utf-8")
        (tmp_path / "b.toml").write_text(OWN, "utf-8")
        with pytest.raises(BadKpiFile, match=r"« b\.toml », champ « id »"):
            with_local(tmp_path)

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b'id = "a"\nunit = \n', "TOML valide"),
            ("définition".encode("cp1252"), "UTF-8"),
            (b"x = " + b"[" * 30_000, "TOML valide"),
            (b"#" * 70_000, "Kio"),
        ],
        ids=["syntax", "cp1252", "deep", "large"],
    )
    def test_what_is_no_toml_is_refused(self, tmp_path, content, expected):
        (tmp_path / "a.toml").write_bytes(content)
        with pytest.raises(BadKpiFile) as refused:
            with_local(tmp_path)
        assert expected in str(refused.value.facts["expected"])

    def test_a_syntax_fault_names_its_line(self, tmp_path):
        (tmp_path / "a.toml").write_text('id = "a"\nunit = \n', "utf-8")
        with pytest.raises(BadKpiFile, match="ligne 2"):
            with_local(tmp_path)

    @given(content=st.binary(max_size=200))
    def test_any_file_is_read_or_refused(self, tmp_path_factory, content):
        folder = tmp_path_factory.mktemp("kpis")
        (folder / "a.toml").write_bytes(content)
        with pytest.raises(BadKpiFile):
            with_local(folder)


class TestDocument:
    def test_docs_kpi_md_is_current(self):
        """Fix: python -m cockpit.kpi.document > docs/kpi.md."""
        assert (ROOT / "docs/kpi.md").read_text("utf-8") == document()

    def test_every_kpi_has_its_sheet(self):
        page = document()
        assert [kpi for kpi in KPIS if f'<a id="{kpi}"></a>' not in page] == []

    @pytest.mark.parametrize(
        ("kpi_id", "words"),
        [
            ("beds_closed_rate", "vigilance ≥ 8 %, alerte ≥ 12 %"),
            (
                "alos_full",
                "vigilance écart à l'an dernier ≥ 0,3 j, alerte écart à l'an dernier ≥ 0,6 j",
            ),
            ("bjml_gap", "vigilance ≤ −0,5 lits, alerte ≤ −5 lits"),
            ("cash_position", "vigilance ≤ 3\u202f000\u202f000 €, alerte ≤ 1\u202f600\u202f000 €"),
            ("births", ""),
        ],
    )
    def test_levels_are_said_in_words(self, kpi_id, words):
        assert levels(kpi_named(kpi_id)) == words

    @pytest.mark.parametrize("word", GLOSSARY.split())
    def test_glossary_has_the_acronym(self, word):
        assert f"| {word} |" in (ROOT / "docs/glossary.md").read_text("utf-8")
