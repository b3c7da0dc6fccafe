/* One message as elements: a copy of the page's template, filled in as text only. Nothing of an exhibit is ever markup. */
const VEIL_MOST = 600; // letters of a hidden text that are drawn
const filled = (words, ...values) => values.reduce((sentence, value, at) => sentence.replace(`{${at}}`, () => value), words);

const numbers = new Intl.NumberFormat(document.documentElement.lang || "en");
const told = (value) => (typeof value === "number" ? numbers.format(value) : value);

function fold(letter) {
  const plain = { "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "–": "-", "—": "-", "‑": "-", "\n": " ", "\t": " ", "\r": " " };
  const lower = letter.toLowerCase();
  return [...(plain[lower] ?? lower).normalize("NFKD")].filter((part) => !/\p{M}/u.test(part)).map((part) => plain[part] ?? part).join("").replaceAll("ß", "ss");
}

// Puts a text into an element, with the words that were searched for marked, whatever their case and accents.
function write(element, text, needle) {
  const wanted = [...needle].map(fold).join(""), letters = [...text], places = [];
  let plain = "";
  letters.forEach((letter, index) => { for (const part of fold(letter)) { plain += part; for (let unit = 0; unit < part.length; unit += 1) { places.push(index); } } });
  element.replaceChildren();
  let at = 0, found = wanted ? plain.indexOf(wanted) : -1;
  while (found >= 0) {
    const first = places[found], end = places[found + wanted.length - 1] + 1;
    element.append(letters.slice(at, first).join(""));
    element.appendChild(document.createElement("mark")).textContent = letters.slice(first, end).join("");
    at = end;
    found = plain.indexOf(wanted, found + wanted.length);
  }
  element.append(letters.slice(at).join(""));
}

const veil = (letters) => { const shown = Math.min(letters, VEIL_MOST); return ("nnnnn ".repeat(Math.floor(shown / 6)) + "n".repeat(shown % 6)).trim(); };

export class Painter {
  constructor(template, words, total) { Object.assign(this, { template, words, total }); }

  word(name, ...values) { return filled(this.words.content.querySelector(`[data-word="${name}"]`).textContent, ...values.map(told)); }

  // An empty message in its place, to be filled when it has been fetched.
  waiting(at) {
    const article = document.createElement("article");
    article.className = "message waits";
    article.id = `m${at}`;
    article.tabIndex = -1;
    article.dataset.place = at;
    article.setAttribute("aria-posinset", at + 1);
    article.setAttribute("aria-setsize", this.total);
    article.setAttribute("aria-label", this.word("loading"));
    return article;
  }

  // look: { text, needle, isHit, isCurrent, isAssessed }; text undefined: it was not asked for, or stays covered.
  fill(article, row, look) {
    const copy = this.template.content.firstElementChild.cloneNode(true);
    const part = (name) => copy.querySelector(`[data-part="${name}"]`);
    const drop = (name) => part(name).remove();
    const say = (name, value) => { if (value) { part(name).textContent = value; } else { drop(name); } };
    article.className = `message tint-${row.tint}${row.marks ? " quoted" : ""}${look.isCurrent ? " here" : ""}`;
    article.removeAttribute("aria-label");
    part("by").id = `who-${row.at}`;
    article.setAttribute("aria-labelledby", `who-${row.at}`);
    say("chat", row.chat);
    say("who", row.who);
    part("when").textContent = row.when;
    if (row.iso) { part("when").dateTime = row.iso; } else { part("when").replaceWith(Object.assign(document.createElement("span"), { textContent: row.when })); }
    part("number").textContent = filled(part("number").dataset.words, row.number);
    this.notes(part("notes"), row, look);
    this.text(part, drop, row, look);
    this.media(part("medium"), row.media ?? []);
    for (const mark of row.marks ?? []) {
      const chip = document.createElement("span");
      chip.className = `mark${mark.is_strong ? " strong" : ""}`;
      chip.textContent = `${mark.alert} · ${mark.label} · ${this.word(mark.is_strong ? "strong" : "weak")}`;
      part("locator").before(chip, " ");
    }
    part("locator").textContent = row.locator;
    article.replaceChildren(...copy.childNodes);
    this.reach(article, look.isCurrent);
  }

  // Buttons and links of the current message only can be reached by Tab: so Tab leaves the list.
  reach(article, isCurrent) {
    article.classList.toggle("here", isCurrent);
    for (const control of article.querySelectorAll("a, button")) { control.tabIndex = isCurrent ? 0 : -1; }
  }

  notes(element, row, look) {
    const link = element.querySelector("[data-part=answers]");
    const notes = [...(row.notes ?? []), ...(look.isHit ? [this.word("found")] : []), ...(look.isAssessed ? [this.word("assessed")] : [])];
    for (const note of notes) { link.before(Object.assign(document.createElement("span"), { className: "note", textContent: note }), " "); }
    if (row.answers === undefined || row.answers === null) { link.remove(); } else {
      link.href = `?at=${row.answers}#m${row.answers}`;
      link.dataset.at = row.answers;
      link.textContent = filled(link.dataset.words, row.answers_number);
    }
    if (!element.childElementCount) { element.remove(); }
  }

  text(part, drop, row, look) {
    const isShown = look.text !== undefined, letters = row.letters ?? 0;
    if (isShown) { write(part("said"), look.text, look.needle); } else { drop("said"); }
    if (isShown || !letters) { drop("covered"); drop("ask"); return; }
    part("blind").textContent = veil(letters);
    part("of").textContent = filled(part("of").dataset.words, row.number);
    part("show").dataset.show = row.at;
    part("letters").textContent = filled(letters === 1 ? part("letters").dataset.word : part("letters").dataset.words, told(letters));
  }

  media(pattern, media) {
    for (const medium of media) {
      const copy = pattern.cloneNode(true), part = (name) => copy.querySelector(`[data-part="${name}"]`);
      part("kind").textContent = medium.kind;
      part("about").textContent = medium.said.join(" · ");
      if (medium.sha256) { part("hash").textContent = `SHA-256 ${medium.sha256}`; part("no-hash").remove(); } else { part("hash").remove(); }
      pattern.before(copy);
    }
    pattern.remove();
  }
}
