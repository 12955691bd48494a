"""Texts for translation: collected from code and templates into the .po, compiled into the .mo (`make messages`).

Collecting needs GNU xgettext, compiling does not; both files are committed, because users have no gettext. The same
code gives the same bytes: no dates, no line numbers, no wrapping, and the order in which xgettext reads.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "portal/locale/de/LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")
SOURCES = (("portal", "*.py"), ("assets_app", "*.py"), ("templates", "*.html"), ("templates", "*.txt"))
# The emulator plays the Hub, whose pages are English.
LEFT_OUT = ROOT / "portal/emulator"
# What Django's makemessages looks for, beside the words that xgettext knows already.
KEYWORDS = (
    "gettext_noop",
    "gettext_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "npgettext:1c,2,3",
    "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
)
METADATA = {
    "Project-Id-Version": "Bindery",
    "Language": "de",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    # As in Django's own German catalogue, with which ours is merged.
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def sources() -> list[Path]:
    """The files whose texts people read, in a fixed order."""
    found = (path for folder, pattern in SOURCES for path in (ROOT / folder).rglob(pattern))
    return sorted(path for path in found if not path.is_relative_to(LEFT_OUT))


def collected() -> polib.POFile:
    """Every text that is marked for translation now, without translations. Raises where xgettext is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        names = [_written_as_python(path, Path(folder)) for path in sources()]
        found = subprocess.run(
            [
                "xgettext",
                "--language=Python",
                "--from-code=UTF-8",
                "--add-location=file",
                *(f"--keyword={keyword}" for keyword in KEYWORDS),
                "--output=-",
                *names,
            ],
            cwd=folder,
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
    return polib.pofile(found.stdout, wrapwidth=0)


def _written_as_python(source: Path, folder: Path) -> str:
    """Put the file there as xgettext reads it: a template becomes Python with the same texts."""
    name = str(source.relative_to(ROOT))
    text = source.read_text(encoding="utf-8")
    copy = folder / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text if source.suffix == ".py" else templatize(text, origin=name), encoding="utf-8")
    return name


def merged(known: polib.POFile, found: polib.POFile) -> polib.POFile:
    """What was found, with the translations that are known. A text that is not used any more is left out."""
    result = polib.POFile(wrapwidth=0)
    result.metadata = METADATA
    for entry in found:
        old = known.find(entry.msgid, msgctxt=entry.msgctxt or False)
        if old is not None and bool(old.msgid_plural) == bool(entry.msgid_plural):
            entry.msgstr, entry.msgstr_plural = old.msgstr, old.msgstr_plural
            entry.flags += ["fuzzy"] * old.fuzzy
        entry.occurrences = [(path, "") for path in sorted({path for path, _line in entry.occurrences})]
        result.append(entry)
    return result


def main() -> None:
    """Write both files and name the texts that wait for a translation."""
    known = polib.pofile(str(PO)) if PO.exists() else polib.POFile()
    catalogue = merged(known, collected())
    PO.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(PO))
    catalogue.save_as_mofile(str(MO))
    waiting = catalogue.untranslated_entries()
    sys.stdout.write(f"{len(catalogue)} texts, {len(waiting)} without translation\n")
    sys.stdout.writelines(f"  {entry.msgid}\n" for entry in waiting)


if __name__ == "__main__":
    main()
