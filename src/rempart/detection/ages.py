"""Stated ages: who said which age of whom, and whether it indicates a minor.

A statement is kept as said, with its message; it is not checked. `years` None: the school, a word (“mineur”) or the
year of birth tells a minor, no number. Years to come (“j'aurai 13 ans en mai”) are told as said, too.
School years are those of the French system (Code de l'éducation, art. D311-10) and of England, the United States,
Canada and Australia, where an age is meant when the year is typical for that age; tier source-verified.
Years of birth are those of whoever is a minor until the end of 2026 (2009 and later), whatever the date of the chat.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import msgspec

About = Literal["self", "other"]
ADULT_YEARS = 18
_NUMBER_WORDS = (
    "huit neuf dix onze douze treize quatorze quinze seize",
    "eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
)
_WORDS: Mapping[str, int] = MappingProxyType(
    {word: years for words in _NUMBER_WORDS for years, word in enumerate(words.split(), 8)}
)
_LETTER_AGE = re.compile(r"[fmgb]?([0-9]{1,2})")  # f13, as profiles write it

PHRASES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "age/self": {
            "fr": """
                j|je ai [bientot|presque|que|deja|juste|seulement|tout|meme] [juste|que] #5-99|@teen [sept|huit|neuf] ans !experience|metier|anciennete|carriere|maison|mariage|boite|abonnement|recul
                je n ai que #5-99|@teen [sept|huit|neuf] ans
                je|j viens [juste|tout] d avoir [mes] #5-99|@teen [ans]
                je|j vais|va avoir|feter [mes] #5-99|@teen [sept|huit|neuf] ans
                je|j vais sur mes #5-99|@teen [ans]
                je|j aurai [bientot|enfin] [mes] #5-25|@teen [sept|huit|neuf] ans
                je|j fais|fete|feterai|ferai [bientot] [mes] #5-25|@teen ans
                j|je ai fete mes #5-99|@teen [ans]
                je suis ag* de #5-99|@teen
                je suis un|une [petit|petite|jeune] fille|garcon|ado|gamin|gamine|meuf|mec|gars de|qui [a] #5-99|@teen ans
                < [moi|oui|ben|bah|salut|non|que|juste|seulement] #5-99|@teen ans !prison|experience|depuis|apres|avant|minimum|deja|il|elle|sa|son|hour|heure
                < [salut|coucou] [je|moi|c|ici] [suis|est] [un|une] fille|garcon|meuf|gars|mec|ado|f|h|g|m [de] #8-17|@teen [ans] !mon|ma|page|exo
                < .. #8-17|@teen ans [et|ici|de|0q|toi|f|h|fille|garcon|demi|paris|lyon|lille] [demi|toi] > !il|elle|mon|ma|son|sa|fils|chien|chat|chatte|fille|frere|soeur|ya|y|depuis|pendant|dans|pour|age|fait|a|as|tu|ton|ta|avait|avais|des|cousin|ca|apres|avant|prison|moins|plus
                moi [c|je|moi|suis] [est|suis] .. #5-99|@teen ans !fils|fille|frere|soeur|chien|chat|mari
                moi c est ... #8-17|@teen ans !fils|fille|frere|soeur|chien|chat|mari
                j|je ai eu [mes] #5-99|@teen ans
                mes #5-99|@teen ans !filles|garcons|eleves
                quand|des je|j aurai #5-18|@teen [huit] ans
                < [moi|ben|bah] #8-17|@teen et toi !min|minutes|points|note|kills
                j|je ai [que|bientot] #8-17|@teen [ans] et toi|vous !min|minutes|points|note|kills|controle
                j ai #8-17|@teen ans
                #8-17|@teen ans [et|bientot] demi !il|elle|frere|soeur|chien|chat|son|sa
                je|j suis|ai ... #8-17|@teen ans et demi
                < #8-17 bientot|presque #8-18
                < [asv|salut|coucou] f|h #8-17 !page
                < [asv] f11|f12|f13|f14|f15|f16|f17|m11|m12|m13|m14|m15|m16|m17|g12|g13|g14|g15|g16
            """,
            "en": """
                i am [only|just|almost|nearly|turning|like|still|actually|literally|also|about|around|barely] [just|only|like|turning] #5-99|@teen [years|year|y] !level|rank|lvl|minutes|away|percent|points|down|up|miles|hours|foot|feet|stone|weeks|days|months|queue|line|place|out|ahead|hp|kills|goals|games|wins|page|chapter|room|th|pounds|dollars|km|cm|lane|likes|explain
                i am [only|just] #5-99 year|years old
                i am a|an [only|just] #5-99|@teen year|years|your [old] girl|boy|kid|teen|guy|student|female|male|lad|lass|f|m|old
                i am @teen and a half
                i turn|turned [only|just] #5-99|@teen
                i will be #5-99|@teen [in|next|soon] !minutes|late|up|there
                i am|will going to be [like] #5-99|@teen !minutes|late
                < [so|yes|hi] [i|am] going to be #8-17|@teen in|soon|next|this|tomorrow !minutes
                < [i] [am] turning|nearly|almost #8-17|@teen [soon|in|next|this|on|tomorrow|lol|years] [old|week|month|may|june] >
                < #8-17|@teen next|this week|month|year|summer|saturday|sunday|friday !prices|till
                < #8-17|@teen you|u|and|hbu|wbu !minutes|am|pm|half
                < #8-17|@teen how|what about you
                < #8-17|@teen [0end] and|you !minutes|half
                < #8-17 years [old|lol|here|btw|girl|boy|f|m] [here|lol|btw|from|girl|boy] >
                my #5-99 th|st|nd|rd birthday
                #8-17 m|f
                < [hi|hey|asl] f|m #8-17
                < [asl|hi] f11|f12|f13|f14|f15|f16|f17|m11|m12|m13|m14|m15|m16|m17
                #5-99 years old here
                #8-17|@teen year|years|your old [girl|boy|kid|guy|teen|male|female] here|from !new|news|stranger|looking
                a #8-17 year|years|your old from|here|in !my|with|new
                i just turned #5-99|@teen
                < [i] [am] #8-17|@teen going on #9-60|@teen
                i am #8-17|@teen and|n !a|minutes|half
                i am #8-17|@teen btw|lol|by|you|xx|x !minutes|late
            """,
        },
        "age/other": {
            "fr": """
                tu as|a [que|deja|bientot|seulement|n] [que] #5-99|@teen [sept|huit|neuf] ans !experience|metier
                tu n as que #5-99|@teen [ans]
                tu auras|vas|viens [bientot|d] [avoir] [tes] #5-25|@teen ans
                a #8-17|@teen ans tu|t|on
                tu es .. #8-17|@teen ans
                tes #8-17|@teen ans
                toi #8-17|@teen ans
                tu es ... gamin|gamine|fille|garcon|ado|enfant de #8-17|@teen ans
                fille|garcon de #8-17|@teen ans !suis|ici|ma|mon|notre
                filles|garcons|jeunes|ados|gamins|gamines de #8-17|@teen ans comme toi
            """,
            "en": """
                you are [only|just|like|really|almost|nearly] #5-99|@teen !late|minutes|away|percent|points|level|hours|miles|down|up
                < [wait|so|but|and] your [only|just|like] #8-17 [0q|right|lol|and|so|0end] > !minutes
                you [just|only] turn|turned #5-99|@teen
                you will be|turn [like] #5-25|@teen !late|minutes|up
                when you turn|are|become #5-18|@teen !minutes
                your #8-17 th birthday
                for a #8-17|@teen year|years|your old
                mature|smart|clever|grown|advanced|tall|wise|old for [a] #8-17|@teen
                girl|boy|kid|lad of #8-17|@teen [like|you]
                #8-17 year|years|your olds|old like|such you|as
            """,
        },
        "age/school-self": {
            "fr": """
                je|j suis|rentre|entre|passe|serai|vais|redouble|viens|etudie|reste [que|encore|toujours|deja|juste|d|de|seulement|qu|passer] [passer|entrer|rentrer|arriver|en] en cm1|cm2|ce1|ce2|cp|sixieme|cinquieme|quatrieme|troisieme|seconde|premiere|terminale !prof|enseigne|position|place|division|vitesse|ligne|main|annee|fac|licence|classer|classe|vie
                je redouble ma|la|mon sixieme|cinquieme|quatrieme|troisieme|cm2|cm1|seconde
                < [moi|non|oui|je|suis|toujours|encore|que] en cm1|cm2|sixieme|cinquieme|quatrieme|troisieme !position|place|vitesse|prof
                moi [je] [suis|rentre] en cm1|cm2|ce2|sixieme|cinquieme|quatrieme|troisieme !position|place|vitesse|prof
                je suis [encore|toujours|que|qu] au|a|en [l] college|lycee|primaire !prof|profs|bosse|travaille|reunion|surveillant
                je vais|rentre|entre|retourne|commence [encore|bientot] au|le|en college|lycee|primaire !prof|chercher|reunion|bosse|travaille|fille|fils|rdv
                je suis en primaire
                je|j suis [encore|que|qu|juste|toujours|seulement] [encore|que|un|une|qu] [un|une] collegien|collegienne|lyceen|lyceenne|ecolier|ecoliere|mineur|mineure
                < suis [encore] mineur|mineure
                je|j suis [encore|que|qu|juste] [que|qu|un|une] [un|une] enfant|gamin|gamine|adolescent|adolescente|ado !coeur|prof
                je|j suis [encore|bien|un] [peu] trop jeune !retraite|mourir|grand|mere|pere|marier
                je|j ai pas [encore|meme] l age
                je|j [n] ai [meme|toujours] pas [encore|meme] #8-18|@teen [huit] ans
                je|j ai moins de #8-18|@teen ans
                je|j passe|prepare|revise [mon|le|pour] [mon|le] brevet|bac !sable
                j|je ai mon|le brevet|dnb [cette|en|a|dans|bientot|blanc|l] annee|juin|prochain|bientot|mois|blanc
                j|je ai mon|le bac [l|cette|en] [ans|annee|juin] prochain|annee|juin !depuis
                je suis|entre|passe|rentre en|au [#|premiere|deuxieme|troisieme|quatrieme|e] secondaire [#1-5]
                ma|notre classe de cm1|cm2|sixieme|cinquieme|quatrieme|troisieme|seconde
                mon|ma|notre prof|maitresse|maitre|instit de cm1|cm2|ce2|sixieme|cinquieme|quatrieme|troisieme
                je|j suis ne|nee en #2009-2022
                je|j suis [un|une] [de|du|des] #2009-2022 [0end|et|toi|moi|donc|lol|mdr] !serie|album|saison|modele|finale
                < [moi] [je] #2009-2022 moi
            """,
            "en": """
                i am [only|still|just] in year #3-11 !teacher|teach
                < [i] [am] [still|only] in your #5-11 !head
                i am [still|only] in y5|y6|y7|y8|y9|y10|y11
                i am [only|still|just] in grade #2-11
                i am [only|still|just] in [the] #2-11|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh [th|rd] grade
                i am in sixieme|cinquieme|quatrieme|troisieme
                < [im|in|i] [am] [in] year #3-11 !teacher|trip|group|boys|girls|parents|exam|exams|class
                < [im|in|i] [am] [in] year three|four|five|six|seven|eight|nine|ten|eleven !trip|group|boys|girls|parents|exam
                < [im|in] grade #2-11 !piano|violin|exam|guitar|flute|clarinet|drums|theory|music|ballet|trip
                #2-11|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh [th|rd] grade|grader !are|your|teach|teacher|teaching|daughter|son|my|taught|piano|remember|he|she|back
                i am a|an [#|sixth|seventh|eighth|ninth] [th] grader|freshman|sophomore|minor|preteen|schoolgirl|schoolboy
                going into|to year|grade #3-11 !my|daughter|son|teach
                i will|would be|go|going [be] [into|in|to] year|grade #3-11 !teach|teaching
                i am [still|only|just] in|at [a] middle|primary|elementary|high|junior|secondary school !teacher|work|working|teach|pick|parents
                i am [still|only|just] in|at primary|elementary|secondary [still|lol|btw|and|0end|school] > !teacher|work|teach|pick
                i [still] go|goes to [a] middle|primary|elementary|high|junior|secondary school
                i [am] [just] start|started|starting [at] secondary|high|middle|highschool !teaching|job|work
                i am [still|just|only] [just|only] [a|an] freshman|sophomore|minor|underage|preteen|schoolgirl|schoolboy
                i am [still|just|only] [just|only] a|an kid|child|teen|teenager !heart|again|inside
                i am still in|going [to] school !teacher|parents|till|until|detention
                i still go to school
                i am [a|way|still|bit] [bit] too young !retire|die|old|grandma|grandad
                i am not [even|yet|quite] [yet] [even] #8-18|@teen [yet|until|years|lol|0end|so] !minutes|percent|there|points
                i am under|below #10-18|@teen|age !minutes|budget|percent
                doing|sitting|taking|got|have|revising my|the|for gcse*|sats|gcses [this|in|next|soon|exams|year|mocks] !teach|daughter|son|years|ago|she|he
                i have|got my|the sats
                i am in my gcse|gcses|sats year
                i was|am born [in] #2009-2022
                < born [in] #2009-2022 !0q
                i am a #2009-2022 baby|kid|born
            """,
        },
        "age/school-other": {
            "fr": """
                tu es|rentres|passes|entres|vas [encore|que|deja|qui|bien] en|au|a [l] cm1|cm2|sixieme|cinquieme|quatrieme|troisieme|seconde !position|place|vitesse|prof
                toi qui es en|au|a cm1|cm2|sixieme|cinquieme|quatrieme|troisieme|seconde|college|lycee
                tu es|rentres|vas|entres [encore|toujours|deja|bien] au|a|en college|lycee|primaire !prof
                tu es [encore|que|bien] mineur|mineure
                tu es [encore|qu] encore|qu un|une enfant|gamin|gamine|ado|adolescent|adolescente|gosse
                tu es ne|nee en #2009-2022
                pour ton age
                filles|garcons|jeunes de ton age
            """,
            "en": """
                you are [only|still|just] in year #3-11
                you are [only|still|just] in [the] #2-11|sixth|seventh|eighth|ninth|tenth [th|rd] grade
                you are [only|still|just] in grade #2-11
                you are [only|still|just] in|at middle|primary|elementary|secondary|high school
                you are still in|at school
                you are [just|only|still] [just|only] a minor|kid|child|schoolgirl|schoolboy
                you are [still] underage
                you were born in #2009-2022
                for your age
                girls|boys|kids your age
            """,
        },
    }
)


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """A stated age: about the speaker or the addressee; years None when only a school or a word tells it."""

    about: About
    years: int | None
    minor: bool


def stated_age(owner: str, words: Sequence[str]) -> Age | None:
    """The age that the matched words state; None when the number is no age of a person."""
    about: About = "other" if owner.endswith("other") else "self"
    if owner.startswith("age/school"):
        return Age(about=about, years=None, minor=True)
    years = _first_years(words)
    if years is None or not 5 <= years <= 99:
        return None
    return Age(about=about, years=years, minor=years < ADULT_YEARS)


def bare_age(words: Sequence[str]) -> Age | None:
    """The age in an answer that is little more than a number (“13”, “treize et toi”); ask only after an age question."""
    if not words or len(words) > 6:
        return None
    years = _first_years(words[:4])
    return Age(about="self", years=years, minor=years < ADULT_YEARS) if years is not None and 8 <= years <= 60 else None


def _first_years(words: Sequence[str]) -> int | None:
    """The first number of the words, in digits, in letters (“dix sept” is 17) or as profiles write it (“f13”)."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if digits := _LETTER_AGE.fullmatch(word):
            return int(digits[1])
        if word == "dix" and following in {"sept", "huit", "neuf"}:
            return {"sept": 17, "huit": 18, "neuf": 19}[following]
        if word in _WORDS:
            return _WORDS[word]
    return None
