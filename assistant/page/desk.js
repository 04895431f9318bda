// The page's own scripts begin here: the tabs; each further room has a file of its own.
// What is shown comes as HTML from the server (page/…); every word of it, in both languages, too.
import "./batch.js";
import "./connection.js";
import "./documents.js";
import { look } from "./lookup.js";
import { all, one, root } from "./shared.js";
import "./source.js";
import "./taking.js";

function choose(name, focus = false) {
  const tabs = all("#tabs [role=tab]");
  const chosen = tabs.find((tab) => tab.dataset.tab === name) || tabs[0];
  if (!chosen) return;
  root.dataset.tab = chosen.dataset.tab;
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
    const panel = document.getElementById(`panel-${tab.dataset.tab}`);
    panel?.setAttribute("role", "tabpanel");
    panel?.setAttribute("aria-labelledby", tab.id);
  }
  if (focus) chosen.focus();
  const hash = chosen.dataset.tab === "chat" ? "" : `#${chosen.dataset.tab}`;
  if (location.hash !== hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
  if (chosen.dataset.tab === "lookup" && !one("[data-results]")?.childElementCount) look();
}

function step(event) {
  const tabs = all("#tabs [role=tab]");
  const at = tabs.indexOf(event.target);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  choose(tabs[(to + tabs.length) % tabs.length].dataset.tab, true);
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("#tabs [role=tab]");
  if (tab) choose(tab.dataset.tab);
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches?.("#tabs [role=tab]")) step(event);
});
document.addEventListener("spoken", () => choose(root.dataset.tab));
document.addEventListener("chat", () => choose("chat", true));

// The tabs come with Gradio's page, a moment after this script.
root.dataset.tab = location.hash.slice(1) || "chat";
const waiting = setInterval(() => {
  if (!one("#tabs [role=tab]")) return;
  clearInterval(waiting);
  choose(root.dataset.tab);
  document.dispatchEvent(new Event("opened"));
}, 20);
