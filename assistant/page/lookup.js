// The look-up tab. What was typed lives here, so that a change of language keeps it.
import { all, failure, fragment, one, root, unreachable } from "./shared.js";

const sought = { view: "clauses", sort: "", fields: {} };
let running = null;
let timer = 0;

function fields() {
  const form = one("[data-lookup]");
  return form ? Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== "")) : {};
}

export async function look() {
  const results = one("[data-results]");
  if (!results) return;
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  sought.fields = fields();
  const table = sought.view === "figures";
  root.classList.toggle("figures-view", table);
  const { kind, figures, ...plain } = sought.fields;
  const given = table ? { ...plain, ...(kind && { kind }), sort: sought.sort } : { ...plain, ...(figures && { figures }) };
  try {
    const told = await fragment(table ? "figures" : "lookup", given, signal);
    results.innerHTML = told.html;
  } catch (problem) {
    if (problem.name === "AbortError") return;
    results.replaceChildren(failure(unreachable()));
  }
  one("[data-count]").textContent = one("[data-counted]", results)?.textContent || "";
}

function lookSoon() {
  clearTimeout(timer);
  timer = setTimeout(look, 120);
}

function setView(name) {
  sought.view = name;
  all("[data-view]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === name)));
  look();
}

// On a telephone the results come first: the filters are folded until they are asked for.
const phone = matchMedia("(max-width: 640px)");
const fold = () => {
  const narrowing = one("[data-lookup] .narrowing");
  if (narrowing) narrowing.open = !phone.matches || Object.keys(fields()).some((name) => name !== "q");
};
phone.addEventListener("change", fold);

function refill() {
  const form = one("[data-lookup]");
  if (!form) return;
  for (const [name, value] of Object.entries(sought.fields)) {
    const field = form.elements[name];
    if (field?.type === "checkbox") field.checked = true;
    else if (field) field.value = value;
  }
  all("[data-view]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === sought.view)));
  fold();
  if (root.dataset.tab === "lookup") look();
  else one("[data-results]").replaceChildren();
}

function lookKeys(event) {
  const box = event.target.matches("[data-lookup] input[type=search]");
  const hit = event.target.closest("[data-hit]");
  const hits = all("[data-hit]");
  const at = hits.indexOf(hit);
  if (event.isComposing) return;
  if (box && event.key === "ArrowDown" && hits.length) reach(hits[0]);
  else if (box && event.key === "Enter") {
    clearTimeout(timer);
    look();
  } else if (!hit) return;
  else if (event.key === "ArrowDown") reach(hits[at + 1]);
  else if (event.key === "ArrowUp") at === 0 ? one("[data-lookup] input[type=search]").focus() : reach(hits[at - 1]);
  else if (event.key === "Escape") one("[data-lookup] input[type=search]").focus();
  else if (event.key === "Enter" && event.target === hit) one("[data-source]", hit)?.click();
  else if (event.key.toLowerCase() === "c" && !event.ctrlKey && !event.metaKey && !event.altKey) one("[data-copy]", hit)?.click();
  else return;
  event.preventDefault();
}

function reach(hit) {
  hit?.focus({ preventScroll: true });
  hit?.scrollIntoView({ block: "nearest", behavior: "auto" });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a");
  if (button?.dataset.view) setView(button.dataset.view);
  else if (button?.dataset.sort) {
    sought.sort = button.dataset.sort;
    look().then(() => one(`[aria-sort]:not([aria-sort=none]) button`)?.focus());
  }
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest?.("#lookup")) lookKeys(event);
});
// A result that keys have led into is shown whole and stays so. A press leaves it as it is: what is pressed must not move away.
document.addEventListener("focusin", (event) => {
  if (event.target.matches(":focus-visible")) event.target.closest("[data-hit]")?.classList.add("whole");
});
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-lookup] input[type=search]") && !event.isComposing) lookSoon();
});
document.addEventListener("compositionend", (event) => {
  if (event.target.matches("[data-lookup] input[type=search]")) lookSoon();
});
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-lookup]") && !event.target.matches("[type=search]")) look();
});
document.addEventListener("reset", (event) => {
  if (event.target.matches("[data-lookup]")) setTimeout(look);
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-lookup]")) event.preventDefault();
});
document.addEventListener("spoken", refill);
document.addEventListener("opened", fold);
