"""Where a hospital is, as far as its public holidays go."""

from __future__ import annotations

from collections.abc import Mapping

METROPOLE = "metropole"
ALSACE_MOSELLE = "alsace-moselle"
_FRENCH: Mapping[str, str] = {
    METROPOLE: "FR",
    ALSACE_MOSELLE: "FR-57",
    "guadeloupe": "FR-971",
    "martinique": "FR-972",
    "guyane": "FR-973",
    "la-reunion": "FR-974",
    "mayotte": "FR-976",
    "saint-pierre-et-miquelon": "FR-PM",
    "saint-barthelemy": "FR-BL",
    "saint-martin": "FR-MF",
    "nouvelle-caledonie": "FR-NC",
    "polynesie-francaise": "FR-PF",
    "wallis-et-futuna": "FR-WF",
}
"""The official code of each place; abolition of slavery and local days differ between them."""

EXPECTED = (
    "metropole, alsace-moselle, guadeloupe, martinique, guyane, la-reunion, mayotte, une autre "
    "collectivité d'outre-mer par son nom, ou un code de pays et de région comme FR-974, GB-ENG, DE"
)


def country_of(region: str) -> tuple[str, str | None]:
    """(country, part of it) as the `holidays` library names them: ("FR", "57")."""
    country, _, part = _FRENCH.get(region, region).partition("-")
    return country, part or None


def known_region(region: str) -> str:
    """The region itself. Raises ValueError, saying what was expected, for an unknown one."""
    if region in _FRENCH:
        return region
    from holidays import list_supported_countries  # noqa: PLC0415 - 0.4 s, for a code only

    country, part = country_of(region)
    parts = list_supported_countries(include_aliases=False).get(country)
    if parts is None or (part is not None and part not in parts):
        raise ValueError(EXPECTED)
    return region
