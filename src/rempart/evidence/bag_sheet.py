"""The sheet of a bag, LISEZMOI.txt: in French, for a court, whoever reads it. It accuses nobody and vouches for little.

French only: it is a document of the bag, like `verifier.py`, not a screen.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from rempart.evidence.ledger.checkpoints import Checkpoint

_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the sheet tells. witnesses: (name, when they signed); pieces: (sha256, size, address); stamps: sizes."""

    made_at: datetime
    checkpoint: Checkpoint
    vkey: str
    witnesses: tuple[tuple[str, datetime], ...]
    pieces: tuple[tuple[str, int, str], ...]
    events: int
    stamps: tuple[int, ...]


def text(sheet: Sheet) -> str:
    """The sheet."""
    return _TEXT.format(
        made_at=_instant(sheet.made_at),
        pieces=_pieces(sheet),
        origin=sheet.checkpoint.origin,
        size=_number(sheet.checkpoint.size),
        events=_number(sheet.events),
        vkey=sheet.vkey,
        witnesses=_witnesses(sheet),
        stamps=_stamps(sheet),
        address=sheet.pieces[0][2],
        size_bytes=sheet.pieces[0][1],
    )


def _instant(at: datetime) -> str:
    at = at.astimezone(UTC)
    day = "1er" if at.day == 1 else str(at.day)
    return f"{day} {_MONTHS[at.month - 1]} {at.year} à {at:%H} h {at:%M} (temps universel)"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _pieces(sheet: Sheet) -> str:
    return "\n".join(
        f"  Pièce {rank} : {_number(size)} octets\n    reçue   data/pieces/{sha256}\n    scellée data/scelles/{address}"
        for rank, (sha256, size, address) in enumerate(sheet.pieces, start=1)
    )


def _witnesses(sheet: Sheet) -> str:
    if not sheet.witnesses:
        return "  Aucun témoin n'a signé cet en-tête : seule l'association répond de ce registre."
    return "\n".join(f"  {name}, qui l'a vu le {_instant(at)}" for name, at in sheet.witnesses)


def _stamps(sheet: Sheet) -> str:
    if not sheet.stamps:
        return "  Aucun horodatage n'accompagne ce sac : les dates sont celles que déclare l'association."
    last = sheet.stamps[-1]
    return (
        f"  {len(sheet.stamps)} horodatage(s) dans stamps/. Pour en lire un et le vérifier :\n"
        f"    openssl ts -reply -in stamps/{last}.tsr -text\n"
        f"    openssl ts -verify -data stamps/{last}.txt -in stamps/{last}.tsr -CAfile CERTIFICATS.pem\n"
        "  où CERTIFICATS.pem vient de l'autorité d'horodatage elle-même."
    )


_TEXT = """\
SAC DE PIÈCES — À LIRE D'ABORD

Ce dossier a été fait par Rempart le {made_at}.
Il contient des pièces remises à une association ou à un service, et de quoi vérifier qu'elles n'ont pas
été altérées depuis leur enregistrement. Il n'accuse personne et ne qualifie aucun fait.

Les pièces sont copiées octet pour octet. Rempart ne les a ni affichées, ni converties, ni renommées d'après
un nom venu du dehors : chaque fichier porte pour nom son empreinte. Ne les ouvrez que si la loi vous y autorise.


1. CE QUE CONTIENT CE DOSSIER

{pieces}

  custody.json        le relevé : les pièces, les actes du registre qui les nomment, et ce que des personnes déclarent
  checkpoint          l'en-tête signé du registre « {origin} », qui comptait alors {size} acte(s)
  proofs/             la preuve que chacun des {events} acte(s) remis figure dans ce registre
  registre.vkey       la clé publique qui vérifie la signature du registre ; temoins.vkey : celles des témoins
  stamps/             s'il existe : les horodatages d'une autorité extérieure
  manifest-*.txt      les empreintes des pièces ; tagmanifest-*.txt : celles de tous les autres fichiers
  verifier.py         un programme court, fait pour être lu, qui vérifie tout cela


2. VÉRIFIER À LA MAIN, SANS AUCUN PROGRAMME DE L'ASSOCIATION

Dans ce dossier, sous Linux :
    sha256sum --check manifest-sha256.txt
    sha256sum --check tagmanifest-sha256.txt
sous macOS :
    shasum -a 256 -c manifest-sha256.txt
    shasum -a 256 -c tagmanifest-sha256.txt
sous Windows, dans PowerShell, à comparer avec manifest-sha256.txt :
    Get-FileHash -Algorithm SHA256 data\\pieces\\*, data\\scelles\\*

Une seule empreinte fixe le sac entier, celle de tagmanifest-sha256.txt. Notez-la au procès-verbal de remise :
    sha256sum tagmanifest-sha256.txt


3. VÉRIFIER TOUT LE RESTE

    python3 -I verifier.py

Le programme n'emploie que la bibliothèque standard de Python 3.9 ou plus récent, n'écrit rien et n'ouvre aucune
connexion. Il écrit une ligne par faute, avec le lieu, ou « Conforme. »

La clé du registre est :
    {vkey}
Demandez-la aussi à l'association ou à ses témoins par une autre voie, et comparez. Si elle diffère, rien de ce que
ce sac prouve ne tient.

Témoins qui ont signé l'en-tête du registre :
{witnesses}

Horodatage :
{stamps}


4. REFAIRE LE LIEN ENTRE UNE PIÈCE SCELLÉE ET LA PIÈCE REÇUE

Le registre nomme la pièce scellée. Que la pièce reçue en soit bien le contenu, seul le détenteur de la clé privée
peut le montrer, par exemple devant un expert, avec le programme public « age ». Pour la pièce 1 :
    tail -c +2 data/scelles/{address} | age -d -i CLE > contenu
    head -c {size_bytes} contenu | sha256sum
Le résultat doit être le nom de la pièce reçue. Le premier octet du scellé dit son format ; après les octets de la
pièce, des zéros la portent à une taille ronde, et les huit derniers octets disent sa taille.


5. CE QUE CE SAC PROUVE

  - Aucun fichier de ce dossier n'a changé depuis que l'empreinte du point 2 a été notée.
  - Chaque pièce scellée existait, telle quelle, quand le registre l'a enregistrée, et au plus tard à la date que
    disent les témoins ou l'autorité d'horodatage, s'il y en a.
  - Les actes remis figurent dans le registre, à leur rang, sans avoir été modifiés depuis l'en-tête signé.


6. CE QU'IL NE PROUVE PAS

  - Que le contenu d'une pièce est vrai, complet, ou de la personne à qui on l'attribue : une capture d'écran peut
    avoir été fabriquée avant d'être remise.
  - La date des faits : seule celle de l'enregistrement est attestée. Sans témoin ni horodatage, elle n'est que
    déclarée.
  - Que l'association a enregistré tout ce qu'elle a reçu.
  - Ce que disent les « statements » de custody.json : ce sont des déclarations de personnes. Le programme vérifie
    seulement de quel acte et de quel objet elles parlent.
  - Que la clé du registre est la bonne (point 3).
"""
