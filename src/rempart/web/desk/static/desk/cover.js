/* Covers words that were asked for, and shows them again: for who looks away, or is looked at over the shoulder. */
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-cover]")) {
    const block = button.closest(".sealed");
    const words = block.querySelector("[data-words]");
    const told = block.querySelector("[data-covered]");
    const names = { cover: button.textContent, again: button.dataset.again };
    button.hidden = false;
    button.addEventListener("click", () => {
      const covered = words.toggleAttribute("inert");
      words.classList.toggle("blurred", covered);
      words.setAttribute("aria-hidden", String(covered));
      told.hidden = !covered;
      button.textContent = covered ? names.again : names.cover;
    });
  }
})();
