// The article that opens over the page. Runs once, in the component that holds the <dialog>.
// "open", "again", "search", "halt" and "remove" are events that Python listens to.
const kinds = { source: "open", article: "open", ask: "again", about: "again", question: "again", name: "search", stop: "halt" };
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const removal = event.target.closest("[data-remove]");
  const address = link && link.getAttribute("href");
  const kind = link && kinds[address.slice(1).split("-")[0]];
  if (kind) {
    event.preventDefault();
    trigger(kind, { address });
  } else if (removal) {
    element.querySelector("dialog").close();
    trigger("remove", { article: removal.dataset.remove });
  }
});

watch("value", () => {
  const dialog = element.querySelector("dialog");
  if (!dialog) return;
  // Gradio has just written the element anew, without "open": only close() lets go of the page.
  dialog.setAttribute("open", "");
  dialog.close();
  if (!dialog.querySelector(".byline-reader")) return;
  dialog.showModal();
  const title = dialog.querySelector("#byline-reader-title");
  if (title) title.focus({ preventScroll: true });
  const found = dialog.querySelector("mark");
  if (found) found.scrollIntoView({ block: "center" });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // outside of what it holds
  });
});
