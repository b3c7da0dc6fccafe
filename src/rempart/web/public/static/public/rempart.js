// Quick exit, focus on problems, print, proof of work. Every page works without this file.
"use strict";
(() => {
  const MARK = "left", WITHIN_MS = 3000;
  const store = (() => { try { return window.sessionStorage; } catch { return null; } })();
  const exitUrl = () => document.getElementById("exit")?.href;

  // After a quick exit, "back" must not show these pages again; an address typed anew may.
  const cameBack = () => performance.getEntriesByType("navigation")[0]?.type !== "navigate"; // back, forward, or reloaded there
  const isGone = () => { try { return store?.getItem(MARK); } catch { return null; } };
  if (isGone()) {
    if (cameBack()) { document.documentElement.hidden = true; location.replace(isGone()); } else { store.removeItem(MARK); }
  }
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && isGone()) { document.documentElement.hidden = true; location.replace(isGone()); }
  });

  function leave() {
    const url = exitUrl();
    if (!url) { return; }
    document.documentElement.hidden = true;
    try { store?.setItem(MARK, url); } catch { /* a browser that keeps nothing */ }
    history.replaceState(null, "", "/");
    location.replace(url);
  }

  const pressed = { Shift: [], Escape: [] }, NEEDED = { Shift: 3, Escape: 2 };
  document.addEventListener("keydown", (event) => {
    const times = pressed[event.key];
    if (!times) { pressed.Shift.length = pressed.Escape.length = 0; return; }
    if (event.repeat) { return; }
    times.push(event.timeStamp);
    while (event.timeStamp - times[0] > WITHIN_MS) { times.shift(); }
    if (times.length >= NEEDED[event.key]) { leave(); }
  });

  // ALTCHA: solved by its own worker, silently. Without it the report is sent all the same.
  async function prove(form) {
    if (!window.Worker || !window.crypto?.subtle) { return; }
    const answer = await fetch(form.dataset.challenge, { cache: "no-store", credentials: "omit" });
    if (!answer.ok) { return; }
    const challenge = await answer.json();
    const worker = new Worker(form.dataset.worker);
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if (!data || data.error) { return; }
      const field = form.elements.altcha ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "altcha" }));
      field.value = btoa(JSON.stringify({ challenge, solution: data }));
    };
    worker.postMessage({ type: "work", challenge, counterStart: 0, counterStep: 1 });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("exit")?.addEventListener("click", (event) => { event.preventDefault(); leave(); });
    const problems = document.querySelector(".problems");
    if (problems && !("autofocus" in problems)) { problems.focus(); } // browsers that know autofocus on fields only
    const print = document.getElementById("print");
    if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
    const form = document.querySelector("form[data-challenge]");
    if (form) {
      const again = () => prove(form).catch(() => {});
      again();
      setInterval(again, 25 * 60 * 1000); // before the challenge lapses
    }
  });
})();
