// What the page does without asking the server: tips over citation marks, copying, saving.
// Text reaches the page as text only (textContent), never as markup.
(() => {
  "use strict";

  const tip = Object.assign(document.createElement("div"), { id: "byline-tip", role: "tooltip" });
  const hide = () => tip.remove();

  function show({ target }) {
    if (tip.contains(target)) return;
    hide();
    const mark = target.closest?.("#byline-chat a.byline-mark");
    const card = mark && document.getElementById(mark.hash.slice(1));
    if (!card) return;
    tip.replaceChildren(...["p", "q"].map((tag, at) => {
      const part = document.createElement(tag);
      part.textContent = card.querySelectorAll("[hidden]")[at].textContent;
      return part;
    }));
    document.querySelector(".gradio-container").append(tip);
    mark.setAttribute("aria-describedby", tip.id);
    const at = mark.getBoundingClientRect();
    const isBelow = at.bottom + tip.offsetHeight < innerHeight || at.top < tip.offsetHeight;
    tip.style.top = `${isBelow ? at.bottom : at.top - tip.offsetHeight}px`;
    tip.style.left = `${Math.max(8, Math.min(at.left - 24, innerWidth - tip.offsetWidth - 8))}px`;
  }

  for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, show);
  for (const kind of ["keydown", "scroll", "click"]) document.addEventListener(kind, hide, true);

  let newest = "";
  new MutationObserver(() => {
    // A reader sees the question and how its answer begins, however long that grows.
    const turn = [...document.querySelectorAll(".byline-turn")].pop();
    const chat = document.getElementById("byline-chat");
    if (turn && turn.textContent !== newest) {
      if (getComputedStyle(chat).overflowY === "visible") turn.scrollIntoView({ block: "start" });
      else chat.scrollTop += turn.getBoundingClientRect().top - chat.getBoundingClientRect().top;
    }
    newest = turn ? turn.textContent : "";
    // Gradio's label for this button says other words than those that stand on it.
    for (const drop of document.querySelectorAll(".byline-drop button.upload-container[aria-label]"))
      drop.removeAttribute("aria-label");
  }).observe(document.documentElement, { childList: true, subtree: true });

  async function copy(text, id) {
    const button = document.getElementById(id);
    const had = button.textContent;
    const copied = navigator.clipboard?.writeText(text) ?? Promise.reject();
    button.textContent = await copied.then(() => "Copied", () => "Copying is not allowed here");
    setTimeout(() => (button.textContent = had), 2000);
  }

  function save(text, name, kind) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  window.byline = { copy, save };
})();
