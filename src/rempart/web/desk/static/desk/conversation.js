/* The conversation view as one scroll over all its messages; without this file it is pages of a hundred.
   Rows come in chunks without their texts; a text comes when it is asked for, is counted by the server, and is kept while on the page only.
   What somebody has assessed stays covered; the field below the head asks why one looks again. */
import { Heights } from "./conversation_heights.js";
import { Painter } from "./conversation_message.js";

const GUESS = 118; // height of a message that was not measured yet, in pixels
const BEYOND = 700; // pixels drawn above and below what is seen
const PART = 100_000; // messages in one scroll: browsers do not scroll over more than some 15 million pixels
const FETCHES = 2, KEPT = 24; // chunks fetched at once; kept

const byId = (id) => document.getElementById(id);
const root = byId("conversation"), feed = byId("feed"), said = byId("said"), again = byId("again");
const settings = JSON.parse(byId("conversation-settings").textContent);
const { total, chunk } = settings;
const painter = new Painter(byId("message-part"), byId("words-part"), total);
const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
const whole = document.createElement("div"), rows = document.createElement("div"), parts = document.createElement("p");

const chunks = new Map(), pending = new Map(), texts = new Map(), drawn = new Map(), covered = new Set();
let base = -1, heights = null; // of the part that is scrolled
let current = settings.at, needle = "", hits = [], isHit = new Set(), left = []; // left: covered after the last demand
let anchor = { row: 0, below: 0 }, isAtEnd = false, known = -1, isDue = false;

const tell = (sentence) => { said.textContent = sentence; };
const rowAt = (at) => chunks.get(Math.floor(at / chunk))?.[at % chunk];
const seen = () => { const top = feed.scrollTop; return [base + heights.at(top + 1), base + heights.at(top + feed.clientHeight - 1)]; };

/* What the server is asked. */
async function ask(url, body) {
  const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers: { Accept: "application/json" }, cache: "no-store" });
  if (answer.redirected || !answer.headers.get("Content-Type")?.startsWith("application/json")) { throw new Error(answer.redirected ? "left" : "failed"); }
  return answer.json();
}
const fields = (pairs) => new URLSearchParams([["csrfmiddlewaretoken", token], ...pairs]);
const why = (error, word) => tell(painter.word(error.message === "left" ? "left" : word));

function need(number) {
  if (chunks.has(number) || pending.has(number) || pending.size >= FETCHES) { return; }
  feed.setAttribute("aria-busy", "true");
  pending.set(number, ask(`${root.dataset.rows}?chunk=${number}`).then((told) => {
    chunks.set(number, told.rows);
    for (const old of chunks.keys()) { if (chunks.size <= KEPT) { break; } if (old !== number) { chunks.delete(old); } }
    if (said.dataset.about === "fetch") { tell(""); delete said.dataset.about; }
    pending.delete(number);
    render();
  }).catch((error) => { pending.delete(number); why(error, "not-fetched"); said.dataset.about = "fetch"; }).finally(() => {
    if (!pending.size) { feed.removeAttribute("aria-busy"); }
  }));
}

async function reveal(wanted, reason = "") {
  const asked = wanted.filter((at) => !texts.has(at) && rowAt(at)?.letters).slice(0, settings.most);
  if (!asked.length) { return; }
  try {
    const told = await ask(root.dataset.reveal, fields([...asked.map((at) => ["show", at]), ["reason", reason]]));
    if (told.refused) { tell(told.refused); return; }
    for (const [at, text] of Object.entries(told.texts)) { texts.set(Number(at), text); covered.delete(Number(at)); }
    for (const at of told.covered) { covered.add(at); }
    const count = asked.length - told.covered.length;
    tell([count > 1 ? painter.word("shown", count) : "", told.said].filter(Boolean).join(" "));
    left = told.covered;
    again.hidden = !left.length;
    repaint(asked);
    if (reason && !left.length) { byId("why").value = ""; drawn.get(current)?.focus({ preventScroll: true }); }
    if (left.length && asked.length === 1) { byId("why").focus(); }
  } catch (error) { why(error, "not-shown"); }
}

async function search(words) {
  try {
    const told = await ask(root.dataset.search, fields([["q", words]]));
    if (told.refused) { tell(told.refused); return; }
    const before = [...drawn.keys()];
    [needle, hits, isHit] = [words, told.positions, new Set(told.positions)];
    byId("hits-said").textContent = words ? told.said : "";
    byId("hits-steps").hidden = !hits.length;
    repaint(before);
    if (words) { tell(told.said); }
    const next = hits.find((at) => at >= current) ?? hits[0];
    if (next !== undefined) { jump(next, { focus: true }); }
  } catch (error) { why(error, "not-fetched"); }
}

function toHit(by) {
  if (!hits.length) { return; }
  const after = by > 0 ? hits.findIndex((at) => at > current) : hits.findLastIndex((at) => at < current);
  const index = after >= 0 ? after : by > 0 ? 0 : hits.length - 1;
  jump(hits[index], { focus: true });
  tell(painter.word("place", index + 1, hits.length));
}

/* What is drawn: the rows near what is seen, in order, in their place. */
function open(at) {
  const start = Math.floor(at / PART) * PART;
  if (start === base) { return; }
  base = start;
  heights = new Heights(Math.min(PART, total - base), GUESS);
  drawn.clear();
  rows.replaceChildren();
  [...parts.children].forEach((button) => button.setAttribute("aria-pressed", String(Number(button.dataset.start) === base)));
}

const lookOf = (at) => ({ text: texts.get(at), needle, isHit: isHit.has(at), isCurrent: at === current, isAssessed: covered.has(at) });

function draw(at) {
  let article = drawn.get(at);
  if (!article) {
    article = painter.waiting(at);
    article.style.height = `${heights.each[at - base]}px`;
    drawn.set(at, article);
  }
  const row = rowAt(at);
  if (row && article.classList.contains("waits")) { article.style.height = ""; painter.fill(article, row, lookOf(at)); }
  if (!row) { need(Math.floor(at / chunk)); }
  return article;
}

function repaint(positions) {
  for (const at of positions) {
    const article = drawn.get(at);
    if (!article) { continue; }
    const hadFocus = article.contains(document.activeElement);
    article.classList.add("waits");
    if (!rowAt(at)) { article.replaceChildren(); } // no text stays that should not
    draw(at);
    if (hadFocus) { article.focus({ preventScroll: true }); }
  }
  render();
}

function window_() {
  const top = isAtEnd ? heights.whole - feed.clientHeight : heights.before(anchor.row) - anchor.below;
  return [heights.at(Math.max(0, top - BEYOND)), heights.at(top + feed.clientHeight + BEYOND)];
}

function reconcile(first, last) {
  for (const [at, article] of drawn) {
    if (at >= base + first && at <= base + last) { continue; }
    if (article.contains(document.activeElement)) { feed.focus({ preventScroll: true }); }
    article.remove();
    drawn.delete(at);
  }
  let after = rows.firstElementChild;
  for (let row = first; row <= last; row += 1) {
    const article = draw(base + row);
    if (article === after) { after = after.nextElementSibling; } else { rows.insertBefore(article, after); }
  }
}

function measure(first, last) {
  let isChanged = false;
  for (let row = first; row <= last; row += 1) {
    const article = drawn.get(base + row);
    if (!article.classList.contains("waits")) { isChanged = heights.set(row, article.getBoundingClientRect().height) || isChanged; }
  }
  return isChanged;
}

function place() {
  whole.style.height = `${heights.whole}px`;
  feed.scrollTop = isAtEnd ? heights.whole : heights.before(anchor.row) - anchor.below;
  known = feed.scrollTop;
}

function render() {
  isDue = false;
  for (let round = 0; round < 4; round += 1) {
    const [first, last] = window_();
    reconcile(first, last);
    const isChanged = measure(first, last);
    rows.style.transform = `translateY(${heights.before(first)}px)`;
    place();
    if (!isChanged) { break; }
  }
  const [from, to] = seen();
  byId("where-now").textContent = painter.word("where", from + 1, to + 1, total);
  byId("chat-now").textContent = settings.chats.findLast(([first]) => first <= from)?.[1] ?? "";
  byId("hide-all").hidden = !texts.size;
  byId("show-page").disabled = !onScreen().length;
}
const soon = () => { if (!isDue) { isDue = true; requestAnimationFrame(render); } };

function onScreen() {
  const [from, to] = seen(), found = [];
  for (let at = from; at <= to; at += 1) { if (rowAt(at)?.letters && !texts.has(at) && !covered.has(at)) { found.push(at); } }
  return found;
}

/* Where one is. */
function choose(at) {
  const before = drawn.get(current);
  if (before && !before.classList.contains("waits")) { painter.reach(before, false); }
  current = at;
  const now = drawn.get(at);
  if (now && !now.classList.contains("waits")) { painter.reach(now, true); }
}

function jump(at, { focus = false, below = feed.clientHeight / 4 } = {}) {
  open(at);
  const isEnd = at === Math.min(base + PART, total) - 1;
  [anchor, isAtEnd] = [{ row: at - base, below: at === base ? 0 : below }, isEnd];
  choose(at);
  render();
  history.replaceState(null, "", `?at=${at}`);
  if (focus) { drawn.get(at)?.focus({ preventScroll: true }); }
}

function step(by) {
  const at = Math.max(0, Math.min(total - 1, current + by));
  const article = drawn.get(at), view = feed.getBoundingClientRect();
  const box = article?.getBoundingClientRect();
  if (box && at >= base && box.top >= view.top && box.bottom <= view.bottom) {
    choose(at);
    article.focus({ preventScroll: true });
  } else { jump(at, { focus: true, below: by > 0 && box ? Math.max(0, feed.clientHeight - box.height - 24) : 24 }); }
}

function turn(by) {
  const before = seen();
  const top = feed.scrollTop + by * Math.max(80, feed.clientHeight - 80);
  feed.scrollTop = top;
  scrolled();
  render();
  const [from, to] = seen();
  if (from === before[0] && to === before[1]) { step(by > 0 ? to - current : from - current); return; } // at an end
  choose(Math.min(from + 1, to));
  drawn.get(current)?.focus({ preventScroll: true });
}

function scrolled() {
  if (Math.abs(feed.scrollTop - known) < 2) { return; } // our own doing
  known = feed.scrollTop;
  const row = heights.at(known);
  [anchor, isAtEnd] = [{ row, below: heights.before(row) - known }, false];
  soon();
}

const areKeysOff = () => { try { return document.body.dataset.keys === "off" || localStorage.getItem("rempart-keys") === "off"; } catch { return false; } };
const LETTERS = { j: () => step(1), k: () => step(-1), n: () => toHit(1), N: () => toHit(-1), "/": () => { byId("needle").focus(); byId("needle").select(); } };
const KEYS = { PageDown: () => turn(1), PageUp: () => turn(-1), Home: () => jump(0, { focus: true }), End: () => jump(total - 1, { focus: true }) };

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
  const act = KEYS[event.key] ?? (areKeysOff() ? undefined : LETTERS[event.key]);
  if (act) { event.preventDefault(); act(); return; }
  if (event.key === "Enter" && event.target.matches("article")) { event.preventDefault(); reveal([current]); }
}

function clicked(event) {
  const link = event.target.closest("[data-at]");
  if (link && root.contains(link)) { event.preventDefault(); jump(Number(link.dataset.at), { focus: true }); return; }
  const article = event.target.closest("[data-place]");
  if (!article) { return; }
  choose(Number(article.dataset.place));
  if (event.target.closest("[data-show], .covered-text")) { reveal([current]); }
}

function hideAll() {
  const before = [...texts.keys()];
  texts.clear();
  repaint(before);
  tell(painter.word("hidden"));
  feed.focus({ preventScroll: true });
}

function addParts() {
  if (total <= PART) { return; }
  parts.className = "parts";
  for (let start = 0; start < total; start += PART) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: painter.word("part", start + 1, Math.min(start + PART, total)) });
    button.dataset.start = start;
    button.addEventListener("click", () => jump(start));
    parts.append(button);
  }
  feed.after(parts);
}

function start() {
  byId("pages").remove();
  byId("hits")?.remove();
  said.hidden = false;
  root.classList.add("live");
  rows.className = "rows";
  whole.className = "whole";
  whole.append(rows);
  feed.replaceChildren(whole);
  feed.classList.add("scrolls");
  feed.tabIndex = 0;
  addParts();
  const show = byId("show-page");
  show.type = "button";
  show.textContent = painter.word("screen");
  show.addEventListener("click", () => reveal(onScreen()));
  byId("hide-all").addEventListener("click", hideAll);
  feed.addEventListener("scroll", scrolled, { passive: true });
  feed.addEventListener("keydown", pressed);
  root.addEventListener("click", clicked);
  root.querySelector("form.messages").addEventListener("submit", (event) => event.preventDefault());
  byId("again-form").addEventListener("submit", (event) => { event.preventDefault(); reveal(left, byId("why").value.trim()); });
  byId("why").addEventListener("keydown", (event) => { if (event.key === "Escape") { drawn.get(current)?.focus({ preventScroll: true }); } });
  root.querySelector("form.finder").addEventListener("submit", (event) => { event.preventDefault(); search(byId("needle").value.trim()); });
  root.querySelector("form.chooser")?.addEventListener("submit", (event) => { event.preventDefault(); jump(Number(byId("chat").value), { focus: true, below: 0 }); });
  for (const button of root.querySelectorAll("[data-hit]")) { button.addEventListener("click", () => toHit(Number(button.dataset.hit))); }
  new ResizeObserver(soon).observe(feed);
  jump(settings.at);
}
start();
