// The article that opens over the page. Runs once, in the component that holds the <dialog>.
// "open", "again", "search", "halt" and "remove" are events that Python listens to.
// An article or a tab that is opened stands in the page's address, to be copied from there.
const at = (name, value) => {
  const to = new URL(location);
  to.searchParams[value ? "set" : "delete"](name, value);
  return to;
};
const kinds = { source: "open", article: "open", ask: "again", about: "again", question: "again", name: "search", stop: "halt" };
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const removal = event.target.closest("[data-remove]");
  const address = link && link.getAttribute("href");
  const tab = event.target.closest("#byline-tabs [data-tab-id]");
  if (tab) history.replaceState(history.state, "", at("tab", tab.dataset.tabId));
  const kind = link && kinds[address.slice(1).split("-")[0]];
  if (kind) {
    event.preventDefault();
    trigger(kind, { address });
  } else if (removal) {
    element.querySelector("dialog").close();
    trigger("remove", { article: removal.dataset.remove });
  }
});

// The browser's "back" closes the article; what closes it otherwise goes back, too, and only once.
addEventListener("popstate", () => (element.leaving = false, element.querySelector("dialog")?.close()));

watch("value", () => {
  const dialog = element.querySelector("dialog");
  if (!dialog) return;
  // Gradio has just written the element anew, without "open": only close() lets go of the page.
  dialog.setAttribute("open", "");
  dialog.close();
  if (!dialog.querySelector(".byline-reader")) return;
  dialog.showModal();
  if (!history.state?.article) history.replaceState(null, "", at("article"));
  const change = history.state?.article ? "replaceState" : "pushState";
  history[change]({ article: true }, "", at("article", dialog.querySelector("[data-remove]")?.dataset.remove));
  dialog.onclose = () => !dialog.open && history.state?.article && !element.leaving && (element.leaving = true, history.back());
  dialog.querySelector("#byline-reader-title")?.focus({ preventScroll: true });
  dialog.querySelector("mark")?.scrollIntoView({ block: "center" });
  dialog.onclick = ({ target }) => void (target === dialog && dialog.close()); // outside of what it holds
});
