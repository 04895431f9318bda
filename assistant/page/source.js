// The source view: a document beside the page, at the place of a quote, with an outline to move in.
import { all, fragment, failure, one, root, still, unreachable } from "./shared.js";

export const view = document.createElement("dialog");
view.id = "source";
view.setAttribute("aria-labelledby", "source-title");
let opener = null;
let shownSource = null;
let markAt = 0;

async function openSource(button) {
  opener = button;
  shownSource = { document: button.dataset.source, marks: button.dataset.marks || "" };
  all("[data-source][aria-expanded]").forEach((other) => other.removeAttribute("aria-expanded"));
  await drawSource();
}

async function drawSource() {
  if (!shownSource) return;
  let told;
  try {
    told = await fragment("source", shownSource);
  } catch {
    told = { html: failure(unreachable()).outerHTML };
  }
  if (!view.isConnected) (one(".gradio-container") || document.body).append(view);
  view.innerHTML = told.html;
  if (!told.ok && !one("[data-close]", view)) view.insertAdjacentHTML("afterbegin", `<header><span></span><button type="button" class="close" data-close>×</button></header>`);
  const wide = innerWidth > 900;
  if (view.open) view.close();
  if (wide) view.show();
  else view.showModal();
  root.classList.add("with-source");
  const outline = one(".outline", view);
  if (outline) outline.open = view.clientWidth > 560;
  markAt = 0;
  showMark(0);
  (one("#source-title", view) || one("[data-close]", view))?.focus({ preventScroll: true });
}

function showMark(by) {
  const marks = all(".text mark", view);
  if (!marks.length) return;
  markAt = (markAt + by + marks.length) % marks.length;
  marks.forEach((mark, at) => mark.classList.toggle("current", at === markAt));
  within(marks[markAt], "center");
}

// Scrolls the text alone, never the page behind it.
function within(target, block) {
  const text = one(".text", view);
  const there = target.getBoundingClientRect().top - text.getBoundingClientRect().top + text.scrollTop;
  const lead = block === "center" ? text.clientHeight / 3 : 8;
  text.scrollTo({ top: Math.max(0, there - lead), behavior: still() ? "auto" : "instant" });
}

function closeSource() {
  view.close();
}

view.addEventListener("close", () => {
  if (view.open) return;
  root.classList.remove("with-source");
  shownSource = null;
  if (opener?.isConnected) opener.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a");
  if (button?.dataset.source) openSource(button);
  else if (button && "close" in button.dataset && view.contains(button)) closeSource();
  else if (button?.dataset.mark) showMark(Number(button.dataset.mark));
  else if (button?.dataset.part) {
    const part = document.getElementById(`part-${button.dataset.part}`);
    if (!part) return;
    if (view.clientWidth <= 560) one(".outline", view).open = false;
    within(part, "start");
    part.focus({ preventScroll: true });
  } else if (event.target.closest(".card mark")) one("[data-source]", event.target.closest(".card"))?.click();
  else if (event.target.closest(".hit-text")) one("[data-source]", event.target.closest("[data-hit]"))?.click();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && view.open && view.contains(event.target)) closeSource();
});
document.addEventListener("spoken", () => {
  if (view.open) drawSource();
});
