/* Single keys of the desk: they only move and press what stands on the page, and can be switched off (WCAG 2.1.4). */
(() => {
  "use strict";
  const STORED = "rempart-keys";
  const PATIENCE_MS = 1500; // between g and its second key
  const help = document.getElementById("keys");
  const tick = document.querySelector("[data-keys-off]");
  let leading = 0;

  const stored = () => { try { return localStorage.getItem(STORED); } catch { return null; } };
  const store = (value) => { try { localStorage.setItem(STORED, value); } catch { /* a browser that keeps nothing: until the page is left */ } };
  let off = document.body.dataset.keys === "off" || stored() === "off";

  const shown = (part) => part.getClientRects().length > 0;
  const rows = () => [...document.querySelectorAll("[data-row]")].filter(shown);
  const isTyping = (part) => part.isContentEditable || Boolean(part.closest("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select"));

  function move(by) {
    const all = rows();
    if (!all.length) return;
    const line = document.activeElement.closest("tr, li");
    const here = all.findIndex((row) => row === document.activeElement || (line && line.contains(row)));
    const next = all[Math.max(0, Math.min(all.length - 1, here < 0 ? 0 : here + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
  function search() {
    const field = document.querySelector("[data-search]");
    if (field) { field.focus(); field.select(); } else go("s");
  }
  function go(key) {
    const link = [...document.querySelectorAll("[data-go]")].find((one) => one.dataset.go === key);
    if (link) link.click();
  }
  function take() {
    const button = document.querySelector("[data-take]:not([disabled])");
    if (button) button.click();
  }
  function open() { if (help && !help.open) help.showModal(); }

  const KEYS = { j: () => move(1), k: () => move(-1), t: take, "/": search, "?": open };

  document.addEventListener("keydown", (event) => {
    if (off || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const after = Date.now() - leading < PATIENCE_MS;
    leading = 0;
    if (after) { event.preventDefault(); go(event.key); return; }
    if (event.key === "g") { leading = Date.now(); return; }
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
    if (!act || event.repeat && act !== KEYS.j && act !== KEYS.k) return;
    event.preventDefault();
    act();
  });

  if (tick) {
    tick.checked = off;
    tick.addEventListener("change", () => { off = tick.checked; store(off ? "off" : "on"); });
  }
  for (const button of document.querySelectorAll("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
})();
