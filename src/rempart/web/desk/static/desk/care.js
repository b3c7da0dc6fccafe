// Tells the desk every twenty seconds that shown words are being looked at: only while some are on the screen, uncovered, and the tab is
// in front. When a break is due or the limit is reached, says so calmly. Without this file an item counts a minute.
const BEAT_MS = 20_000;
const WORDS = '[data-words=""], .message .said'; // words of others that are on the page now; a conversation shows them one by one
const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;

function isOnScreen(block) {
  const box = block.getBoundingClientRect();
  return box.height > 0 && box.bottom > 0 && box.top < window.innerHeight && !block.closest("[inert], [hidden]");
}

const isLooking = () => document.visibilityState === "visible" && [...document.querySelectorAll(WORDS)].some(isOnScreen);

function tell(name, isSo) {
  const sentence = document.querySelector(`[data-${name}]`);
  if (sentence) sentence.hidden = !isSo;
}

async function beat() {
  if (!isLooking()) return;
  const answer = await fetch("/care/beat/", { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => null);
  if (!answer?.ok || !answer.headers.get("Content-Type")?.startsWith("application/json")) return; // signed out, or the desk is away
  const told = await answer.json();
  tell("over", told.is_over);
  tell("break", told.is_break_due && !told.is_over);
}

if (token) setInterval(beat, BEAT_MS);
