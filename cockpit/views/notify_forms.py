"""What a person chooses of what is sent to them; a person added to the directory, or taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cockpit.administer import people as editor
from cockpit.errors import CockpitError
from cockpit.i18n import LANGUAGES, label
from cockpit.i18n import gettext as _
from cockpit.notify.people import BUILT_IN
from cockpit.series.model import Status
from cockpit.views import alert_acts, duty_words, notify_words, parts
from cockpit.views.admin import drafts, words
from cockpit.views.context import roles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cockpit.administer.people import PersonState, Rules
    from cockpit.views.admin.drafts import Draft
    from cockpit.views.context import Context

_NEVER = ""
_HALVES = [f"{at // 2:02d}:{30 * (at % 2):02d}" for at in range(48)]
_LANGUAGES = {"fr": "Français", "en": "English"}


def choices(context: Context, one: PersonState, rules: Rules) -> None:
    """Channels, quiet hours, digest, language, addresses; written when all of it is right."""
    draft = drafts.opened("person", one, lambda: dict(one.values), "email")
    drafts.warn_changed(draft, one)
    with st.form(draft.key("form"), border=False):
        typed = {**_ways(one, rules, draft), **_hours(one, draft), **_addresses(one, draft)}
        who = _signature(context, one, draft)
        sent = st.form_submit_button(
            _("Enregistrer"), type="primary", width="stretch", key=draft.key("save")
        )
    if not sent:
        return
    given = {name: value for name, value in typed.items() if value != _shown(one, name)}
    fields = {name: None if value in ("", None) else value for name, value in given.items()}
    faults = rules.faults({**one.values, **fields})
    if faults:
        _refused(faults)
    elif not given:
        words.refuse(_("Rien n'a été modifié."))
    elif _done(lambda: _save(context, one, fields, draft.version, who)):
        drafts.close(draft)
        alert_acts.finish(_("Vos choix sont enregistrés. Ils valent dès le prochain message."))


def _save(
    context: Context, one: PersonState, fields: Mapping[str, object], version: str, who: str
) -> None:
    signature = alert_acts.signed(context, who)
    editor.save(context.generation.home, one.name, fields, signature, version=version)


def _shown(one: PersonState, name: str) -> object:
    found = one.get(name)
    return list(found) if isinstance(found, tuple) else found


def _signature(context: Context, one: PersonState, draft: Draft[dict[str, Any]]) -> str:
    """Who changes it: oneself; who administers gives their own name."""
    if context.scope.administers:
        return alert_acts.name_field(draft.key("who"))
    return one.label


def _ways(one: PersonState, rules: Rules, draft: Draft[dict[str, Any]]) -> dict[str, object]:
    st.html(parts.section(_("Par où être prévenu")))
    found: dict[str, object] = {}
    for name in ("red", "amber"):
        written = [str(way) for way in one.get(name)] if _is_list(one.get(name)) else []
        offered = [*BUILT_IN, *rules.channels.named]
        found[name] = st.pills(
            notify_words.field(name),
            [*offered, *(way for way in dict.fromkeys(written) if way not in offered)],
            selection_mode="multi",
            default=list(dict.fromkeys(written)),
            format_func=lambda way: words.plain(duty_words.channel(way)),
            key=draft.key(name),
        )
    return found


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _hours(one: PersonState, draft: Draft[dict[str, Any]]) -> dict[str, object]:
    st.html(parts.section(_("À quelles heures")))
    quiet = str(one.get("quiet") or "")
    first, _dash, last = quiet.partition("-")
    with st.container(key=draft.key("quiet"), horizontal=True):
        start = _hour(_("Heures calmes, de"), first, draft.key("quiet_first"))
        end = _hour(_("à"), last, draft.key("quiet_last"))
    st.html(parts.said(_("Une vigilance y attend. Une alerte réveille la personne d'astreinte.")))
    digest = one.get("digest")
    hours = [None, *range(24)]
    hour = st.selectbox(
        _("Synthèse du matin, par e-mail"),
        hours,
        hours.index(digest) if digest in hours else 0,
        format_func=lambda at: _("Jamais") if at is None else f"{at:02d}:00",
        key=draft.key("digest"),
    )
    st.html(parts.said(_("Rien n'est envoyé si rien n'a changé depuis la précédente.")))
    return {"quiet": f"{start}-{end}" if start or end else "", "digest": hour}


def _hour(title: str, written: str, key: str) -> str:
    listed = [_NEVER, *sorted({*_HALVES, *([written] if written else [])})]
    chosen = st.selectbox(
        title,
        listed,
        listed.index(written),
        format_func=lambda one: one or _("aucune"),
        key=key,
    )
    return str(chosen or "")


def _addresses(one: PersonState, draft: Draft[dict[str, Any]]) -> dict[str, object]:
    st.html(parts.section(_("Où vous joindre")))
    email = st.text_input(
        notify_words.field("email"),
        str(one.get("email")),
        key=draft.key("email"),
        max_chars=254,
    )
    phone = st.text_input(
        notify_words.field("phone"),
        str(one.get("phone")),
        key=draft.key("phone"),
        max_chars=30,
        placeholder="+33612345678",
    )
    spoken = str(one.get("language"))
    language = st.selectbox(
        notify_words.field("language"),
        list(LANGUAGES),
        LANGUAGES.index("en") if spoken == "en" else 0,
        format_func=lambda code: _LANGUAGES[code],
        key=draft.key("language"),
    )
    return {"email": email.strip(), "phone": phone.strip(), "language": language}


def add(context: Context, rules: Rules) -> None:
    """One more person: who they are and their address; they choose the rest."""
    key = f"person_add_{alert_acts.current_round()}"
    known = {scope.role: label(scope) for scope in roles(context.units)}
    with st.form(key, border=False):
        name = st.text_input(_("Nom"), key=f"{key}_name", max_chars=120)
        given = st.text_input(
            _("Identifiant"), key=f"{key}_id", max_chars=64, placeholder="cdupont"
        )
        st.html(parts.said(_("Minuscules et chiffres ; le tableau d'astreinte l'emploie.")))
        role = st.selectbox(
            _("Profil"), list(known), format_func=lambda one: known[one], key=f"{key}_role"
        )
        email = st.text_input(_("Adresse électronique"), key=f"{key}_email", max_chars=254)
        phone = st.text_input(_("Téléphone"), key=f"{key}_phone", max_chars=30)
        who = alert_acts.name_field(key)
        sent = st.form_submit_button(
            _("Ajouter cette personne"), type="primary", width="stretch", key=f"{key}_do"
        )
    if not sent:
        return
    fields = {"id": given, "name": name, "role": role, "email": email, "phone": phone}
    entry = {key: value.strip() for key, value in fields.items() if value and value.strip()}
    home = context.generation.home
    faults = rules.faults(entry)
    if faults:
        _refused(faults)
    elif _done(lambda: editor.add(home, entry, alert_acts.signed(context, who))):
        alert_acts.finish(_("{name} est dans l'annuaire.").format(name=entry["name"]))


def take_out(context: Context, one: PersonState, *, on_roster: bool) -> None:
    """A person leaves the directory, once it was confirmed."""
    key = f"person_out_{one.name}_{alert_acts.current_round()}"
    with st.form(key, border=False):
        st.html(parts.said(_("Plus rien ne lui sera envoyé ; ce qui a été fait reste au journal.")))
        if on_roster:
            said = _("Cette personne est au tableau d'astreinte : remplacez-la d'abord.")
            st.html(parts.note(said, Status.AMBER))
        sure = st.checkbox(_("Je confirme le retrait"), key=f"{key}_sure")
        who = alert_acts.name_field(key)
        sent = st.form_submit_button(_("Retirer cette personne"), width="stretch", key=f"{key}_do")
    home = context.generation.home
    if sent and not sure:
        words.refuse(_("Rien n'a été changé : cochez la confirmation."))
    elif sent and _done(
        lambda: editor.remove(home, one.name, alert_acts.signed(context, who), version=one.version)
    ):
        alert_acts.finish(_("{name} n'est plus dans l'annuaire.").format(name=one.label))


def _refused(faults: Sequence[Any]) -> None:
    """Nothing is written; one sentence for each thing that is wrong."""
    for error in faults:
        words.refuse(notify_words.fault(error))


def _done(act: Callable[[], object]) -> bool:
    try:
        act()
    except CockpitError as error:
        words.refuse(error.sentence())
        return False
    return True
