"""Every page of the application, by name: what the promises that hold everywhere are checked on."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.browser.opening import Theme, settle

ADMIN = "/administration?as=admin"
LIVE = {
    "synthese": "/",
    "synthese-site": "/?unit=990001026&period=month",
    "synthese-en": "/?lang=en",
    "indicateur-lits": "/indicateur?kpi=bed_occupancy_now",
    "indicateur-taux": "/indicateur?kpi=bed_occupancy_rate&period=month",
    "indicateur-passages": "/indicateur?kpi=ed_visits&unit=1110",
    "indicateur-budget": "/indicateur?kpi=year_end_landing&period=year",
    "indicateur-prevision": "/indicateur?kpi=bed_occupancy_now&unit=2110",
    "capacite": "/capacite",
    "finances": "/finances",
    "rh": "/rh",
    "activite": "/activite",
    "alertes": "/alertes",
    "alertes-famille": "/alertes?domain=quality",
    "regles": "/alertes?screen=regles",
    "regle": "/alertes?screen=regles&alert=bed_occupancy_now_level",
    "regle-refusee": "/alertes?screen=regles&act=ajouter",
    "regle-ajouter": "/alertes?screen=regles&act=ajouter&as=admin",
    "bruit": "/alertes?screen=bruit",
    "decisions": "/decisions",
    "decision-noter": "/decisions?act=decide",
    "astreinte": "/astreinte",
    "astreinte-tour": "/astreinte?act=add",
    "astreinte-fichier": "/astreinte?act=file",
    "notifications": "/notifications",
    "scenarios": "/scenarios",
    "explorer": "/explorer",
    "explorer-unites": "/explorer?kpi=ed_visits&split=unit",
    "fiabilite": "/fiabilite",
    "fiabilite-indicateur": "/fiabilite?kpi=bed_occupancy_now",
    "evenements": "/fiabilite?screen=events",
    "sources": "/sources?as=admin",
    "administration": ADMIN,
    "administration-etats": f"{ADMIN}&screen=generations",
    "administration-structure": f"{ADMIN}&screen=structure&code=2110",
    "administration-apercu": f"{ADMIN}&screen=preview&source=urgences",
    "administration-source": f"{ADMIN}&screen=source&source=urgences",
    "administration-publier": f"{ADMIN}&screen=source&source=urgences&act=publish",
    "administration-contrat": f"{ADMIN}&screen=source&source=urgences&tab=contract",
    "administration-texte": f"{ADMIN}&screen=source&source=urgences&tab=text",
    "administration-colonnes": f"{ADMIN}&screen=source&source=lits&tab=columns",
    "administration-ajouter": f"{ADMIN}&screen=new",
    "administration-sftp": f"{ADMIN}&screen=new&kind=sftp",
    "plus": "/plus",
    "reserve": "/finances?as=drh",
}
"""Drawn by the live page; the sheet of an alert is found from the list of alerts."""

PLAIN = {
    "brief": "/brief",
    "brief-en": "/brief?lang=en",
    "fiche-lits": "/fiche?kpi=bed_occupancy_now",
    "fiche-budget": "/fiche?kpi=year_end_landing",
    "fiche-absence": "/fiche?kpi=absence_rate&unit=990001026&period=month",
    "fiche-inconnue": "/fiche?kpi=nothing",
    "finances-lite": "/finances?lite=1",
    "alertes-lite": "/alertes?lite=1",
    "hors-ligne": "/hors-ligne",
    "accuser": "/accuser?t=perime",
    "accessibilite": "/accessibilite",
    "accessibilite-en": "/accessibilite?lang=en",
    "introuvable": "/nulle-part",
}
"""Complete in one answer, without any script but that of the offline page."""

WIDTHS = (360, 390, 820, 1280)
THEMES: tuple[Theme, ...] = ("light", "dark")

ALERT = "alerte"
PAGES = (*LIVE, ALERT, *PLAIN)
_OPEN = "() => document.querySelectorAll('main details:not([open]) > summary').forEach(one => one.click())"


def go(page: Page, site: Site, name: str) -> None:
    """Open a page and wait until it stands still."""
    address = {**LIVE, **PLAIN}.get(name, "/alertes")
    page.goto(site.url + address)
    if name in PLAIN:
        return
    settle(page)
    if name == ALERT:
        page.locator(".ck-tap a.ck-link[href*='alert=']").first.click()
        page.wait_for_url(re.compile("alert="))
        page.reload()
        settle(page)


def unfold(page: Page, name: str) -> None:
    """Open every fold: what is in it is part of the page."""
    page.evaluate(_OPEN)
    if name not in PLAIN:
        settle(page)
