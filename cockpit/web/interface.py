"""Streamlit's few English words, said in the language of the document.

No parameter reaches them, and its scripts are the same for every reader: each sentence becomes an
expression that looks at the document's `lang` when it is shown. Read from Streamlit 1.67; a test
checks that each one still exists, so that an upgrade cannot bring English back unseen.
"""

from __future__ import annotations

FRENCH: dict[str, tuple[tuple[str, str], ...]] = {
    "index": (
        ("Connection error", "Connexion interrompue"),
        (
            "Streamlit server is not responding. Are you connected to the internet?",
            "Le serveur ne répond pas. Les chiffres restent lisibles, reconnexion automatique.",
        ),
        (
            "Connection lost. Please wait for the app to reconnect, then try again.",
            "Connexion interrompue. Attendez la reconnexion puis réessayez.",
        ),
        ("Skip to main content", "Aller au contenu principal"),
        ("Page not found", "Page introuvable"),
        (
            (
                "You have requested page /${e}, but no corresponding file was found in the app's "
                "pages/ directory"
            ),
            "La page « ${e} » n'existe pas pour ce profil",
        ),
        ("The page that you have requested does not seem to exist", "Cette page n'existe pas"),
        ("${t}. Running the app's main page.", "${t}. Voici la synthèse."),
        ("Please wait...", "Un instant…"),
        ("Running...", "Calcul en cours"),
        ("Close", "Fermer"),
    ),
    "utils": (
        ("Choose an option", "Choisir"),
        ("Choose options", "Choisir"),
        ("Choose or add an option", "Choisir ou ajouter"),
        ("No options to select", "Aucun choix possible"),
        ("file upload", "fichier à déposer"),
        ("Cancel upload of ${e.name}", "Annuler le dépôt de ${e.name}"),
        ("Remove ${e.name}", "Retirer ${e.name}"),
        ("Click to retry upload", "Réessayer le dépôt"),
        ("Upload failed", "Le dépôt a échoué"),
        ("${t.type} files are not allowed.", "Ce type de fichier (${t.type}) n'est pas accepté."),
        ("File size is too small.", "Le fichier est trop petit."),
        ("Only one file is allowed.", "Un seul fichier à la fois."),
        ("Unexpected error. Please try again.", "Erreur inattendue. Réessayez."),
    ),
    "Selectbox": (
        ("No results", "Aucun résultat"),
        ("Clear value", "Effacer"),
        ("Open", "Ouvrir la liste"),
    ),
    "Multiselect": (
        ("No results", "Aucun résultat"),
        ("Select all", "Tout choisir"),
        ("Select ${p.length} matches", "Choisir les ${p.length} trouvés"),
        ("Clear all", "Tout effacer"),
        ("Selected values", "Choix faits"),
        ("Remove ${e}", "Retirer ${e}"),
        ("Open", "Ouvrir la liste"),
    ),
    "TextInput": (
        ("Show password", "Afficher la saisie"),
        ("Hide password", "Masquer la saisie"),
        ("Clear entry", "Effacer"),
    ),
    "NumberInput": (
        ("Increment", "Un de plus"),
        ("Decrement", "Un de moins"),
        ("Clear value", "Effacer"),
        (
            "Number is outside the allowed range. Please enter a value between ${n} and ${r}.",
            "Nombre hors limites : entre ${n} et ${r}.",
        ),
        (
            (
                "Number is below the allowed range. Please enter a value greater than or equal to "
                "${n}."
            ),
            "Nombre trop petit : au moins ${n}.",
        ),
        (
            "Number is above the allowed range. Please enter a value less than or equal to ${r}.",
            "Nombre trop grand : au plus ${r}.",
        ),
    ),
    "DateInput": (
        ("Choose date", "Choisir le jour"),
        ("Clear date", "Effacer le jour"),
        (
            "Use arrow keys to navigate dates. Enter to select. Escape to close.",
            "Flèches pour changer de jour, Entrée pour choisir, Échap pour fermer.",
        ),
    ),
    "ReorderedSegments": (
        ("Next month", "Mois suivant"),
        ("Previous month", "Mois précédent"),
        (
            "**Error**: Date set outside allowed range. Please select a date on or before ${r}.",
            "Jour hors limites : au plus tard ${r}.",
        ),
        (
            "**Error**: Date set outside allowed range. Please select a date on or after ${n}.",
            "Jour hors limites : au plus tôt ${n}.",
        ),
        (
            (
                "**Error**: Date set outside allowed range. Please select a date between ${n} and "
                "${r}."
            ),
            "Jour hors limites : entre ${n} et ${r}.",
        ),
    ),
    "FileUploader": (
        ("Drag and drop a file here", "Glissez un fichier ici"),
        ("Drag and drop files here", "Glissez des fichiers ici"),
        ("Upload", "Déposer"),
        ("${T(t,D.Byte,0)} per file", "${T(t,D.Byte,0).replace('B','o')} par fichier"),
    ),
    "requiredField": (("This field is required.", "Ce champ est obligatoire."),),
}
"""Chunk name (before its hash) -> (English sentence of the script, French)."""

_ENGLISH = "document.documentElement.lang===`en`"
CHANGED: dict[str, tuple[tuple[str, str], ...]] = {
    "index": (
        # Never a modal over the figures: web/phone.js says it in a line at the bottom.
        ("this.state.connectionErrorDismissed||this.showError(", "!0||this.showError("),
        # Back from any loss, the script runs with all that the page holds: a server that has
        # forgotten the session would miss the next choice, whose reaction it does not know yet.
        ("!this.sessionInfo.last||e||t||", "!0||!this.sessionInfo.last||e||t||"),
        # No letter alone is a shortcut: "r" ran the page again, "c" offered to clear its memory.
        ("this.handleKeyDown=(e,t)=>{", "this.handleKeyDown=(e,t)=>{return;"),
        # Months and days of a calendar speak as the page does, not as the browser.
        (
            "locale:window.navigator.language,formsData",
            f"locale:{_ENGLISH}?`en-GB`:`fr-FR`,formsData",
        ),
    ),
    "protobuf": (
        # Its 64-bit arithmetic tries WebAssembly, which our policy refuses: not even tried.
        ("try{t=new WebAssembly.Instance(", "try{throw 0;t=new WebAssembly.Instance("),
    ),
    "DateInput": (("{locale:`en-US`", "{" + f"locale:{_ENGLISH}?`en-US`:`fr-FR`"),),
}
"""Chunk name -> (code of the script, ours)."""


def spoken(chunk: str, text: str) -> str:
    """A script of Streamlit that speaks the language of its document. chunk: its name."""
    for english, french in FRENCH.get(chunk, ()):
        text = text.replace(f"`{english}`", f"({_ENGLISH}?`{english}`:`{french}`)")
    for theirs, ours in CHANGED.get(chunk, ()):
        text = text.replace(theirs, ours)
    return text
