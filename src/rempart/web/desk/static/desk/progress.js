/* How far an analysis is, asked every two seconds while the page is looked at; at its end the page is loaded anew. */
const box = document.querySelector("[data-progress]");
const EVERY_MS = 2000;

async function look() {
  if (document.hidden) { return; }
  try {
    const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.redirected || !answer.ok) { clearInterval(clock); return; }
    const told = await answer.json();
    if (told.state === "done" || told.state === "failed") { clearInterval(clock); location.reload(); return; }
    const bar = box.querySelector("progress");
    box.querySelector("[data-said]").textContent = told.said;
    box.querySelector("[data-share]").textContent = told.share === null ? "" : `${told.share} %`;
    if (told.share === null) { bar.removeAttribute("value"); } else { bar.value = told.share; }
  } catch { /* the next look may reach the desk again */ }
}

const clock = box ? setInterval(look, EVERY_MS) : 0;
