// Tells the desk every twenty seconds that shown words are being looked at: only while a shown block is on the screen and the tab in front.
// When a break is due or the limit is reached, says so once, calmly. Without this file an item counts a minute.
const BEAT_MS = 20_000;
const shown = [...document.querySelectorAll("[data-words]")];
const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;

function isLooking() {
  return document.visibilityState === "visible" && shown.some((block) => {
    const box = block.getBoundingClientRect();
    return !block.hidden && box.height > 0 && box.bottom > 0 && box.top < window.innerHeight;
  });
}

async function beat() {
  if (!isLooking()) return;
  const answer = await fetch("/care/beat/", { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => null);
  if (!answer?.ok) return;
  const told = await answer.json();
  const banner = document.querySelector("[data-break]");
  if (banner && (told.is_break_due || told.is_over)) banner.hidden = false;
}

if (token && shown.length) setInterval(beat, BEAT_MS);
