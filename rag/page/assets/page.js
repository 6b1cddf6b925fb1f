// What the page does without asking the server: tips over citation marks, copying, saving.
// Text reaches the page as text only (textContent), never as markup.
(() => {
  "use strict";

  const tip = document.createElement("div");
  tip.id = "byline-tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  let shownFor = null;
  let leaving = 0;

  function part(card, name, tag) {
    const found = card.querySelector(name);
    const made = document.createElement(tag);
    made.textContent = found ? found.textContent : "";
    return made;
  }

  function show(mark) {
    const card = document.getElementById(mark.getAttribute("href").slice(1));
    clearTimeout(leaving);
    if (!card || shownFor === mark) return;
    hide();
    tip.replaceChildren(part(card, ".byline-tip-where", "p"), part(card, ".byline-tip-words", "q"));
    if (!tip.isConnected) document.querySelector(".gradio-container").append(tip);
    tip.hidden = false;
    shownFor = mark;
    mark.setAttribute("aria-describedby", tip.id);
    place(mark.getBoundingClientRect(), tip.getBoundingClientRect());
  }

  function place(mark, box) {
    const below = mark.bottom + 6;
    const above = mark.top - box.height - 6;
    const top = below + box.height > innerHeight && above > 0 ? above : below;
    const left = Math.min(Math.max(8, mark.left - 24), innerWidth - box.width - 8);
    tip.style.top = `${top}px`;
    tip.style.left = `${Math.max(8, left)}px`;
  }

  function hide() {
    if (shownFor) shownFor.removeAttribute("aria-describedby");
    shownFor = null;
    tip.hidden = true;
  }

  const markOf = (node) => node.closest && node.closest("#byline-chat a.byline-mark");

  document.addEventListener("mouseover", (event) => {
    const mark = markOf(event.target);
    if (mark) show(mark);
    else if (tip.contains(event.target)) clearTimeout(leaving);
    else if (shownFor) {
      clearTimeout(leaving);
      leaving = setTimeout(hide, 150); // time to reach the tip itself
    }
  });
  document.addEventListener("focusin", (event) => {
    const mark = markOf(event.target);
    if (mark) show(mark);
    else hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("scroll", hide, true);
  document.addEventListener("click", hide);

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

  function said(button, words) {
    const had = button.textContent;
    button.textContent = words;
    setTimeout(() => (button.textContent = had), 2000);
  }

  async function copy(text, id) {
    const button = document.getElementById(id);
    try {
      await navigator.clipboard.writeText(text);
      said(button, "Copied");
    } catch {
      said(button, "Copying is not allowed here");
    }
  }

  function save(text, name, kind) {
    if (!text) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  window.byline = { copy, save };
})();
