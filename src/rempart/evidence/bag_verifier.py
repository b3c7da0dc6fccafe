#!/usr/bin/env python3
# ruff: noqa: T201, ANN401 - un programme autonome : il écrit ce qu'il trouve ; le JSON n'y fait que passer
"""Vérifie un sac de pièces remis par Rempart. Se lance ainsi, depuis le dossier du sac :  python3 -I verifier.py

Ce fichier est fait pour être lu par un expert. Il n'emploie que la bibliothèque standard de Python (3.9 ou plus récent),
n'écrit rien, n'ouvre aucune connexion et n'affiche jamais le contenu d'une pièce. Il vérifie, dans cet ordre :
  1. les fichiers : chacun a l'empreinte que disent deux manifestes ; aucun ne manque, aucun n'est en trop ;
  2. le registre  : l'en-tête « checkpoint » porte la signature Ed25519 du registre, et celles de ses témoins ;
  3. les preuves  : chaque acte de custody.json est une feuille du registre ainsi signé ;
  4. les pièces   : chacune porte le nom de son empreinte, et une feuille du registre nomme son scellé.
Une ligne par faute, avec le lieu. Code de sortie : 0 si tout est conforme, 1 sinon.
Ce qu'il ne peut pas dire : si la clé « registre.vkey » est la bonne. Comparez-la à celle que publie l'association, ou
donnez celle-ci :  python3 -I verifier.py --vkey "nom+identifiant+clé"
Sources : RFC 8493 (BagIt), RFC 6962 et 9162 (arbre), RFC 8032 (Ed25519), C2SP signed-note, tlog-checkpoint, tlog-proof.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

MANIFESTES = ("manifest-sha256.txt", "manifest-sha512.txt")  # des pièces, sous data/
MANIFESTES_ANNEXES = ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt")  # de tous les autres fichiers
Faute = tuple[str, str]  # le lieu, et ce qui n'y est pas conforme
# Ce que lève la lecture d'un fichier absent, coupé ou mal formé : une faute du sac, non du programme.
ILLISIBLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError)


# -- 1. les fichiers ------------------------------------------------------------------------------------
def empreintes(chemin: Path) -> tuple[str, str]:
    """SHA-256 et SHA-512 d'un fichier, lu par fenêtres."""
    courte, longue = hashlib.sha256(), hashlib.sha512()
    with chemin.open("rb") as fichier:
        for fenetre in iter(lambda: fichier.read(1 << 20), b""):
            courte.update(fenetre)
            longue.update(fenetre)
    return courte.hexdigest(), longue.hexdigest()


def lister(dossier: Path) -> tuple[dict[str, tuple[str, str]], list[Faute]]:
    """Les empreintes de chaque fichier, et ce qui n'a rien à faire là : liens, dossiers vides, fichiers spéciaux."""
    trouves, fautes = {}, []
    for element in sorted(dossier.rglob("*")):
        lieu = element.relative_to(dossier).as_posix()
        if element.is_file() and not element.is_symlink():
            trouves[lieu] = empreintes(element)
        elif element.is_symlink() or not element.is_dir() or not any(element.iterdir()):
            fautes.append((lieu, "en trop : un lien, un dossier vide ou un fichier spécial"))
    return trouves, fautes


def lire_manifeste(chemin: Path, chiffres: int) -> dict[str, str]:
    """Chemin → empreinte de tant de chiffres, pour chaque ligne « empreinte, deux espaces, chemin »."""
    lignes = chemin.read_bytes().decode("utf-8").split("\n")
    couples = [ligne.split("  ", 1) for ligne in lignes[:-1]]
    annonces = {fichier: empreinte for empreinte, fichier in couples}
    if lignes[-1] or len(annonces) != len(couples) or any(len(dite) != chiffres for dite in annonces.values()):
        raise ValueError("dernière ligne coupée, fichier nommé deux fois, ou autres empreintes")
    return annonces


def comparer(dossier: Path, trouves: dict[str, tuple[str, str]], manifestes: tuple[str, str]) -> list[Faute]:
    """Des fichiers contre leurs deux manifestes ; si un seul des deux les contredit, c'est lui qui a changé."""
    listes, fautes = {}, []
    for rang, nom in enumerate(manifestes):
        try:
            listes[nom] = (rang, lire_manifeste(dossier / nom, (64, 128)[rang]))
        except ILLISIBLE:
            fautes.append((nom, "manifeste absent ou illisible"))
    for lieu in sorted(set(trouves).union(*(liste for _, liste in listes.values()))):
        vus = trouves.get(lieu)
        annonce = [nom for nom, (_, liste) in listes.items() if lieu in liste]
        accord = [nom for nom, (rang, liste) in listes.items() if vus and liste.get(lieu) == vus[rang]]
        if vus is None:
            fautes.append((lieu, f"manque ; {' et '.join(annonce)} l'annonce"))
        elif not annonce:
            fautes.append((lieu, "en trop : aucun manifeste ne l'annonce"))
        elif not accord:
            fautes.append((lieu, "a changé : son empreinte n'est pas celle des manifestes"))
        elif len(accord) < len(listes):
            seul = next(nom for nom in listes if nom not in accord)
            fautes.append((seul, f"a changé : l'autre manifeste dit autre chose de {lieu!a}, et a raison"))
    return fautes


# -- 2. le registre : Ed25519 (RFC 8032, 5.1.7) et note signée ---------------------------------------------
P = 2**255 - 19
ORDRE = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
RACINE_DE_MOINS_UN = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # coordonnées étendues (X, Y, Z, T) : x = X/Z, y = Y/Z, xy = T/Z
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE: Point = (BASE_X, 4 * pow(5, P - 2, P) % P, 1, BASE_X * 4 * pow(5, P - 2, P) % P)
Cle = tuple[str, bytes, int, bytes]  # nom, identifiant, genre (1 : registre, 4 : témoin), clé publique


def somme(a: Point, b: Point) -> Point:
    """La somme de deux points de la courbe."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiple(k: int, a: Point) -> Point:
    """k fois le point a."""
    total: Point = (0, 1, 1, 0)
    while k:
        total = somme(total, a) if k & 1 else total
        a, k = somme(a, a), k >> 1
    return total


def decoder_point(octets: bytes) -> Point | None:
    """Le point que ces 32 octets écrivent ; None s'ils n'en écrivent aucun."""
    y = int.from_bytes(octets, "little")
    signe, y = y >> 255, y & ((1 << 255) - 1)
    carre = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(carre, (P + 3) // 8, P)
    x = x if x * x % P == carre else x * RACINE_DE_MOINS_UN % P
    if len(octets) != 32 or y >= P or x * x % P != carre or (x == 0 and signe):
        return None
    x = P - x if x & 1 != signe else x
    return (x, y, 1, x * y % P)


def signature_valable(cle: bytes, message: bytes, signature: bytes) -> bool:
    """Vrai si cette clé publique a signé ce message."""
    a, r, s = decoder_point(cle), decoder_point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or len(signature) != 64 or s >= ORDRE:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + cle + message).digest(), "little") % ORDRE
    gauche, droite = multiple(s, BASE), somme(r, multiple(k, a))
    return all((gauche[i] * droite[2] - droite[i] * gauche[2]) % P == 0 for i in (0, 1))


def base64_strict(texte: str) -> bytes:
    """Les octets d'un texte en base 64, dans sa seule écriture régulière."""
    octets = base64.b64decode(texte, validate=True)
    if base64.b64encode(octets).decode() != texte:
        raise ValueError("base 64 irrégulière")
    return octets


def lire_cle(ligne: str) -> Cle:
    """La clé d'une ligne « nom+identifiant+base64 »."""
    nom, identifiant, texte = ligne.strip().split("+", 2)
    octets = base64_strict(texte)
    attendu = hashlib.sha256(nom.encode() + b"\n" + octets).digest()[:4]
    if len(octets) != 33 or identifiant != attendu.hex() or octets[0] not in (1, 4):
        raise ValueError("clé irrégulière")
    return nom, attendu, octets[0], octets[1:]


def controler_note(note: bytes, cles: list[Cle]) -> list[Faute]:
    """Chacune de ces clés a signé le texte de la note."""
    texte, _, bas = note.decode("utf-8").rpartition("\n\n")
    lignes = [ligne.split(" ") for ligne in bas.split("\n")[:-1]]  # « — », le nom, l'identifiant et la signature
    signatures = {(tiret, nom, base64_strict(valeur)[:4]): base64_strict(valeur)[4:] for tiret, nom, valeur in lignes}
    fautes = []
    for nom, identifiant, genre, cle in cles:
        signature, message = signatures.get(("—", nom, identifiant)), f"{texte}\n".encode()
        if signature and genre == 4:  # un témoin signe aussi la seconde à laquelle il a vu
            message = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n".encode() + message
            signature = signature[8:]
        if signature is None or not signature_valable(cle, message, signature):
            fautes.append(("checkpoint", f"la signature de {nom!a} manque ou est fausse"))
    return fautes


# -- 3. les preuves : arbre de Merkle (RFC 6962, 2.1) ------------------------------------------------------
def racine_depuis(feuille: Any, taille: int, preuve: list[str]) -> str:
    """La racine, en base 64, à laquelle la preuve mène depuis cette feuille (RFC 9162, 2.1.3.2)."""
    octets = json.dumps(feuille, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    trouve, n, dernier = hashlib.sha256(b"\0" + octets).digest(), feuille["seq"], taille - 1
    for voisin in map(base64_strict, preuve):
        if not dernier:
            raise ValueError("preuve trop longue")
        if n & 1 or n == dernier:
            trouve = hashlib.sha256(b"\1" + voisin + trouve).digest()
            while n and not n & 1:
                n, dernier = n >> 1, dernier >> 1
        else:
            trouve = hashlib.sha256(b"\1" + trouve + voisin).digest()
        n, dernier = n >> 1, dernier >> 1
    if dernier or not 0 <= feuille["seq"] < taille:
        raise ValueError("preuve trop courte, ou rang hors du registre")
    return base64.b64encode(trouve).decode()


def controler_preuve(preuve: bytes, feuille: Any, checkpoint: bytes) -> str | None:
    """Ce qui empêche la preuve de mener de la feuille à l'en-tête signé ; None si elle y mène."""
    haut, _, note = preuve.decode("utf-8").partition("\n\n")
    lignes = [ligne for ligne in haut.split("\n") if not ligne.startswith("extra ")]
    if lignes[:2] != ["c2sp.org/tlog-proof@v1", f"index {feuille['seq']}"]:
        return f"n'est pas la preuve de la feuille {feuille['seq']!a}"
    if note.encode() != checkpoint:
        return "porte un autre en-tête que le fichier checkpoint"
    _, taille, racine = note.split("\n")[:3]
    mene = racine_depuis(feuille, int(taille), lignes[2:]) == racine
    return None if mene else "ne mène pas de la feuille de custody.json à la racine signée"


# -- 4. les pièces et les actes ----------------------------------------------------------------------------
def sans_doublon(couples: list[tuple[str, Any]]) -> dict[str, Any]:
    """Un objet JSON dont aucun nom ne revient : il n'a qu'une lecture."""
    objet = dict(couples)
    if len(objet) != len(couples):
        raise ValueError("nom répété")
    return objet


def controler_pieces(releve: Any, trouves: dict[str, tuple[str, str]]) -> list[Faute]:
    """Chaque pièce porte le nom de son empreinte, et une feuille nomme son scellé ; rien d'autre n'est remis."""
    feuilles = {acte["leaf"]["seq"]: acte["leaf"] for acte in releve["events"]}
    fautes, attendus = [], {acte["proof"] for acte in releve["events"]}
    for piece in releve["exhibits"]:
        for lieu, empreinte in ((piece["file"], piece["sha256"]), (piece["sealed_file"], piece["address"])):
            attendus.add(lieu)
            if lieu.split("/")[-1] != empreinte or trouves.get(lieu, ("",))[0] != empreinte:
                fautes.append((lieu, "n'a pas l'empreinte SHA-256 que dit custody.json"))
        if all(feuille["blob"] != piece["address"] for feuille in feuilles.values()):
            fautes.append((piece["sealed_file"], "aucune feuille du registre ne nomme ce scellé"))
    surplus = [lieu for lieu in trouves if lieu.startswith(("data/", "proofs/")) and lieu not in attendus]
    fautes += [(lieu, "custody.json n'en dit rien") for lieu in surplus]
    for dit in releve["statements"]:  # ce qu'une personne a déclaré ; seul son lien avec une feuille se prouve
        if dit["leaf"] is not None and dit["leaf"] not in feuilles:
            fautes.append(("custody.json", f"déclaration sur la feuille {dit['leaf']!a}, qui n'est pas remise"))
        elif dit["salt"] is not None:
            objet = hmac.new(bytes.fromhex(dit["salt"]), bytes.fromhex(dit["object_id"]), hashlib.sha256).hexdigest()
            if objet != feuilles[dit["leaf"]]["object"]:
                fautes.append(("custody.json", f"la feuille {dit['leaf']!a} ne parle pas de l'objet déclaré"))
    return fautes


def controler_registre(dossier: Path, trouves: dict[str, tuple[str, str]], donnee: str | None) -> list[Faute]:
    """Les points 2, 3 et 4 ; ce qui ne se lit pas est une faute, là où cela ne se lit pas."""
    lieu, fautes = "registre.vkey", []
    try:
        registre = lire_cle(donnee or (dossier / lieu).read_text("utf-8"))
        if registre != lire_cle((dossier / lieu).read_text("utf-8")):
            fautes.append((lieu, "n'est pas la clé donnée par --vkey"))
        lieu = "temoins.vkey"
        temoins = [lire_cle(ligne) for ligne in (dossier / lieu).read_text("utf-8").splitlines()]
        lieu = "checkpoint"
        checkpoint = (dossier / lieu).read_bytes()
        fautes += controler_note(checkpoint, [registre, *temoins])
        if checkpoint.split(b"\n")[0] != registre[0].encode() or registre[2] != 1:
            fautes.append((lieu, f"n'est pas l'en-tête du registre {registre[0]!a}"))
        lieu = "custody.json"
        releve = json.loads((dossier / lieu).read_bytes(), object_pairs_hook=sans_doublon)
        fautes += controler_pieces(releve, trouves)
        for acte in releve["events"]:
            lieu = str(acte["proof"])
            preuve = (dossier / lieu).read_bytes() if lieu in trouves else b""
            phrase = controler_preuve(preuve, acte["leaf"], checkpoint)
            fautes += [(lieu, phrase)] if phrase else []
            for marque in acte["stamps"]:  # un horodatage porte sur un en-tête plus ancien : la feuille y était
                lieu = str(marque["text"])
                texte = (dossier / lieu).read_text("utf-8") if lieu in trouves else ""
                _, taille, racine = texte.split("\n")[:3]
                if racine_depuis(acte["leaf"], int(taille), marque["hashes"]) != racine:
                    fautes.append((lieu, f"le registre horodaté ne contient pas la feuille {acte['leaf']['seq']!a}"))
    except ILLISIBLE as erreur:
        fautes.append((lieu, f"absent ou illisible ({type(erreur).__name__})"))
    return fautes


def verifier(dossier: Path, cle: str | None = None) -> list[Faute]:
    """Toutes les fautes du sac, chacune une fois ; aucune s'il est conforme. cle : celle que l'on tient d'ailleurs."""
    trouves, fautes = lister(dossier)
    pieces = {lieu: vus for lieu, vus in trouves.items() if lieu.startswith("data/")}
    # Les manifestes des annexes ne peuvent pas contenir leur propre empreinte ; ils se contrôlent l'un l'autre.
    annexes = {lieu: vus for lieu, vus in trouves.items() if lieu not in pieces and lieu not in MANIFESTES_ANNEXES}
    fautes += comparer(dossier, pieces, MANIFESTES) + comparer(dossier, annexes, MANIFESTES_ANNEXES)
    return list(dict.fromkeys(fautes + controler_registre(dossier, trouves, cle)))


def principal(arguments: list[str]) -> int:
    """Une ligne par faute, puis la conclusion."""
    cle = arguments[1] if len(arguments) == 2 and arguments[0] == "--vkey" else None
    if arguments and cle is None:
        sys.exit("Emploi : python3 -I verifier.py [--vkey CLÉ]")
    dossier = Path(__file__).resolve().parent
    fautes = verifier(dossier, cle)
    for lieu, phrase in fautes:
        print(f"FAUTE  {lieu!a} : {phrase}")  # !a : le nom d'un fichier ne commande pas l'écran
    print(f"{len(fautes)} faute(s) : ce sac n'est pas conforme." if fautes else "Conforme.")
    if cle is None and not fautes:
        print("À comparer avec la clé que publie l'association : " + (dossier / "registre.vkey").read_text("utf-8"))
    return 1 if fautes else 0


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
