"""Marks: plain facts of a message that make a weak tactic strong or an alert immediate.

`place`, `time`: where and when, for a meeting. `countdown`: a deadline, for extortion.
Every message is read in every language, so a line whose words mean something else in another language is guarded:
French «we» (week-end) is English “we”, English “mon” (Monday) is French «mon».
"""

from collections.abc import Mapping
from types import MappingProxyType

_KIN_FR = "maman|papa|mamie|papi|mamy|papy|mamounette|mamoune|papounet|tata|tonton|marraine|parrain"
_KIN_EN = "mum|dad|nan|grandad|grandpa|granddad|mam|auntie|aunt"
MARKS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "place": {
            "fr": """
                @spot
                a|au|aux|devant|derriere|pres|vers|dans|sur|cote|face|bout|bord|angle|jusqu|contre|entre [de|du|a] [la|le|l|ta|ton|ma|mon|du|des|une|un|d|votre|notre] [petit|petite|grand|grande|vieux|vieille|ancien|premier|premiere] @loosespot
                devant|derriere|pres|vers|cote|face|bout|angle .. @loosespot|place
                en ville|bas|face
                place de|du|des|d|saint|charles|victor|jean !@english|ta|ma
                sur|devant|derriere la place
                chez moi|toi|nous|lui|elle|eux|vous
                chez mon|ma|mes|ton|ta|tes|le|la !penses|crois
                la bas|haut
                au|en bas|pied de|du|chez
                au coin
                je suis [deja|juste|la] gare|devant|derriere|dehors|bas
                je suis [la|deja] en bas
                monte|descends|sors .. voiture|caisse
                arret|station|sortie|quai|batiment|porte|entree|hall|rayon numero|n|b|c|d|e|f|# !page
                rond|centre point|commercial|ville|equestre|sportif|aere
                par la|ta fenetre
                sortie|sorties|bouche|station de|du metro|tram|college|lycee|ecole|cours
                a|vers l|le|la appart|studio|hotel|lac|local
                0pin
                mon|voici|l adresse [est|c] [est] 0pin|#
                #1-999 [bis|ter] rue|avenue|boulevard|allee|place|chemin|impasse|quai|cours
            """,
            "en": """
                @spot !@french
                station|mall|playground|carpark|skatepark|cinema|gym|pub|flat|bench|cafe|starbucks|mcdonalds|kfc|platform
                at|by|near|outside|behind|beside|opposite|across|past|inside|under|round|around|towards [from|of] [the|my|your|our|a|that|this] [old|big|little|back|side|front|main|high|train|bus|bike|school|town] @loosespot
                to|in|from|on the|my|your|our|that [old|big|little|back|side|front|main|high|town] @loosespot !@french
                outside|behind|opposite|near|by|round|past .. @loosespot
                bus|tram|train|coach stop|station|shelter
                my|your place|house|flat|gaff|yard|crib|driveway|street|school|town|gate|door|road
                at|to|round|from|over mine|yours
                at|to|in home|school|town|work|church|college
                come|pull|swing|drop|pop over|round
                swing|drop|pop by
                round|around|on the corner|back
                parked outside|round|around|by|near|on|at|behind|down
                i am [already|right|just] outside|downstairs|parked
                in the|my car|van|alley
                high street
                car|theme|food|leisure|shopping|sports|community|youth|town|civic|garden|sport park|court|centre|center|hall
                7 eleven
                pizza hut|express|place
                metro|tube|underground exit|entrance|stop
                the flat|lake|seaside|studio|club 0q|0end|sunday|saturday|alone|at|nobody
                the clock|pond|swings|slide|bandstand|fountain|arch|bell|barrier|barriers
                at|to your|the match|game|recital|show|concert|gig
                comic|coffee|corner|pet|toy|shoe|charity|chip|game|book|sweet|pizza|phone|sandwich|bubble|vape shop|store|place|tea
                0pin
                address is|#
            """,
        },
        "time": {
            "fr": """
                0time
                demain|aujourd|samedi|dimanche|lundi|mardi|mercredi|jeudi|vendredi|tantot|minuit|lendemain|sam
                midi !apres
                apres midi
                ce|cet|cette|demain|du|le|au soir|matin|apres|midi|nuit|week !@english
                week end !@english
                week end prochain|ce|tranquille|chez
                dans|d [ici|genre|environ|une|a] # minutes|heures|jours|semaines|quart
                dans|d|ici [ici|genre|environ|a] une|deux|trois|cinq|dix|quinze|vingt|trente|quelques|la|un [petit|petite] minutes|heure|heures|jours|quart|demi|journee|soiree|semaine|instant
                a|vers|jusqu|des|avant|apres|pour [a] #0-24 heures|pile|et|du !euros
                vers|jusqu [a] #0-24 !euros|pages|km
                a|vers|pour|jusqu|des|avant|apres [a] @hourname heures|heure
                @hourname|#0-24 heures|heure [pile|moins|precises|du|et|tapantes] [demi|quart|#|soir|matin]
                @hourname|# heures
                heure|heures|0time et demi|quart
                #1-45 minutes !loin|cam|video|reste
                #1-12|@hourname du matin|soir
                apres|avant|pendant [le|les|l|la|ton|tes|ta] cours|ecole|classe|entrainement|college|lycee|diner|repas|recre|piscine|foot|danse|gouter|cantine|etude|manger|souper|judo|musique
                a [la|l|ta] recre|recreation|sortie|pause
                fin des|de|du [l|la] cours|journee|apres|semaine|entrainement
                descends|viens|sors|monte|rejoins|venir|passe|depeche .. maintenant|vite|direct|suite|minutes
                je suis [deja|juste|la] [en] bas|devant|gare|derriere|dehors
                je suis [la|deja] gare .. en|au|devant|derriere|pres|coin
                semaine|mois|fois|lundi|samedi prochain|prochaine
                meme heure
                que [tout|tes] [le] [monde|parents] dorme|dorment
                fin|debut d|de aprem|apres|matinee|soiree
                le #1-31 [janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|novembre|decembre|au] 0q|a|au|janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|novembre|decembre
                pendant|durant|aux|cet|pour|prochaines [les|la] vacances|ete|toussaint|noel|paques
                cette|la nuit [prochaine]
                quand @guardian|ils|elle|tout ... dort|dorment|couche|couches|partis
            """,
            "en": """
                0time
                @dayname
                monday !@french
                this|the|tomorrow|every|next|later|saturday|friday afternoon|evening|morning|arvo|night|week !@french
                in # minutes|hours|hour|days
                #1-45 minutes !away|from|left|cam|video
                dawn|dusk|sunset|sunrise
                #0-99999 minutes away|max|top|tops|0q|ok
                in [about|like|around] half|an|a|five|ten|twenty|fifteen|thirty|two|few|couple [an|a|of] hour|hours|minutes
                at|by|around|till|until #1-12 !@french|fps
                at|by|around|about|after|before|till|until|for @hourname !@french|one
                at one [oclock|tomorrow|today|sharp|on|0q]
                #1-12 0end 00|05|10|15|20|25|30|35|40|45|50|55
                #1-12|@hourname sharp|ish|oclock|tonight|tomorrow|latest
                four|five|six|seven|eight|nine|ten|eleven|twelve thirty|fifteen|forty
                half #1-12|past|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve
                quarter past|to|of [#|@hourname]
                past #1-12|@hourname
                after|before|during|over|straight|right school|class|practice|training|work|lessons|lunch|dinner|break|recess|church|curfew|dark|swimming|swim|gym|club|homeroom|registration|assembly|rehearsal|football|dance|piano|mass
                lunch|dinner|break|home break|time
                come|get|down|out|outside|leave|here [right] now|quick|quickly
                i am [already|right|just] outside|downstairs
                i am here now
                on the #1-31
                #1-31 th|st|rd|january|february|march|april|june|july|august|september|october|november|december
                next week|month|weekend|saturday|sunday|friday
                when they|your [@guardian] [are|is|have] asleep|sleep|out|gone|bed|working
                until|till|once|after|when they|everyone|she|he|mum|dad [are|is|falls|fall|have] asleep|sleeping|sleep
                same time
                last period|lesson|bell
                this|next|half summer|term|holiday|holidays
            """,
        },
        "countdown": {
            "fr": """
                tu|ta|vous [as|avez|aura] .. #1-999|@hourname|une|un|quelque|0time minutes|heures|heure|secondes|jours|jour|pour|avant|sinon|ou
                tu|ta|vous [as|avez] .. 0time .. pour|avant|sinon|ou|0clock|apres !bus|train|cours
                tu|ta|vous|te|laisse|donne [as|avez] jusqu|jusque|jusqua
                jusqu|jusque [a|au] 0time|midi|minuit|demain|soir|ce|vendredi|samedi|dimanche|lundi|mardi|mercredi|jeudi .. pour|sinon|apres|maximum|dernier
                reste|restent|laisse|donne|accorde|plus|que .. #1-999|@hourname|une 0time|minutes|heures|heure|secondes|jours
                reste|laisse|donne|accorde .. 0time
                #1-999|@hourname|une|demi minutes|heures|heure|secondes|jours .. pour|avant|sinon|ou|apres|restantes|restant|0clock|0end|dernier|c
                < #1-999|@hourname|une minutes|heures|heure|secondes|jours >
                0time|#1-999 .. restantes|restant|dernier
                dans|d|sous|avant|apres [ici] 0time|#1-999|@hourname [minutes|heures|secondes|jours] .. je|j|c|ca|tout|sinon|publi*|post*|diffus*|envoi*|balanc*|tes|ta|ton|trop|double
                dans l|la heure|minutes|journee|soiree|seconde
                avant|ici|depuis [la] 0time|midi|minuit|demain|ce|soir|vendredi|samedi|dimanche|lundi|mardi|mercredi|jeudi|fermeture|fin .. sinon|ou|dernier|et|je|tout|pas|maximum|sans|apres|trop !amende|match
                < avant 0time|midi|minuit|demain|ce|vendredi|samedi|dimanche|lundi [soir]
                demain|soir|ce .. ou|sinon je|j|c|tout|ta|tes|ton|ca
                trop tard .. apres|demain|sera|si|maintenant
                dernier|derniere|ultime|final|finale delai|chance|avertissement|fois|rappel|sommation|limite|heure|minute|minutes
                temps .. ecoule|compte|presse|imparti
                compte [a] rebours
                tic tac
                chrono|chronometre|ultimatum|echeance|compteur|decompte|minuteur|sablier .. !eau|km|releve|match|course|sport
                delai .. expire|passe|ecoule|court|depasse|termine|fini
                plus beaucoup|assez [de] temps
                plus le temps
                date|heure limite
                compte|compter jusqu|jusque|jusqua
                chaque heure|jour|minutes .. tu|attend*|retard|plus|augment*|monte|double
                0clock
            """,
            "en": """
                you|your have|got|has .. #1-999|@hourname|one|an|half|few minutes|hours|hour|seconds|days|day .. to|or|left|before|0end|then|until|and|i
                you|your have|got|has .. #1-999|@hourname|one|an|half|few minutes|hours|hour|seconds|days|day >
                you|i|give|giving|have|got until|til|till .. 0time|#1-12|@hourname|noon|midnight|tonight|tomorrow|friday|saturday|sunday|monday|tuesday|wednesday|thursday|morning|i|evening|then
                give|giving|gave|allow you .. #1-999|@hourname|one|an|until|til|till [minutes|hours|hour|seconds|days|day]
                #1-999|@hourname|one|an|half [an] minutes|hours|hour|seconds|days .. left|remaining|or|before|until|then|max|tops|0clock !oven|fridge|report
                #1-999 minutes|hours|hour|seconds|days 0end .. then|or|and|pay|send|money
                < #1-999|@hourname|one minutes|hours|hour|seconds|days >
                in|within .. #1-999|@hourname|an|the|one minutes|hours|hour|seconds|days .. or|i|it|your|else|everyone|post|goes|then|otherwise
                before|by|until|til|till .. 0time|midnight|noon|tonight|tomorrow|friday|saturday|sunday|monday|tuesday|wednesday|thursday|morning|bedtime .. or|else|otherwise|then|max|nobody|pay|transfer !fail|late|homework
                before|by|until|til|till #1-12|@hourname .. or|else|otherwise|then
                tomorrow|tonight .. or|else|otherwise i|it|your|everyone|else
                tonight|tomorrow .. if i|you .. still|not|dont
                last|final chance|warning|call|reminder|notice|offer|deadline
                last|only|one time .. i|ask|asking|warning|telling|chance
                clock|timer|time .. ticking|running|started|out|up
                tick tock|tick
                deadline|countdown|ultimatum
                counting|count down|to
                minutes|hours|seconds|days left|remaining
                #1-999 .. left
                every|each hour|minute|day .. you|it|late|i|wait
                0clock
            """,
        },
        # The speaker calls the addressee a relative: logistics between them are family life.
        "kin": {
            "fr": f"""
                < [ok|oui|non|merci|coucou|salut|bonjour|allo|mais|desole|d] [accord] {_KIN_FR} >
                < [ok|oui|non|merci|coucou|salut|bonjour|allo|mais|desole|dis|stp|bonne|joyeux|je|t] [accord|t|nuit|soir] [aime] {_KIN_FR} 0end|0q|je|tu|j|stp
                ok|oui|non|merci|promis|bisous|bisou|soir|nuit|0q|0end|0time [accord] {_KIN_FR} >
            """,
            "en": f"""
                < [ok|yes|no|thanks|hi|hey|hello|but|sorry|love|please] [you] {_KIN_EN} >
                < [ok|yes|no|thanks|hi|hey|hello|but|sorry|please] {_KIN_EN} 0end|0q|i|can|you|please
                ok|yes|no|thanks|promise|night|please|0q|0end|0time {_KIN_EN} [x|xx|xxx|0heart] >
            """,
        },
        # Laughter: banter between friends.
        "laugh": {
            "fr": """
                mdr|lol|haha|hahaha|ahah|ahaha|hihi|xptdr|blague|rigole|deconne|0laugh
            """,
            "en": """
                lol|lmao|lmfao|haha|hahaha|ahaha|hehe|rofl|joking|kidding|jk|0laugh
            """,
        },
    }
)
