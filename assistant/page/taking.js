// Taking along: citations and answers copied, conversations exported.
import { language, one, unreachable } from "./shared.js";
import { view } from "./source.js";

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const holder = document.createElement("textarea");
    holder.value = text;
    holder.style.cssText = "position:fixed;opacity:0";
    const host = view.open ? view : document.body;
    host.append(holder);
    holder.select();
    const done = document.execCommand("copy");
    holder.remove();
    return done;
  }
}

async function copyFrom(button) {
  const done = await copy(button.dataset.copy);
  const before = button.dataset.label || button.textContent;
  button.dataset.label = before;
  button.textContent = done ? button.dataset.copied : button.dataset.notCopied;
  button.classList.toggle("done", done);
  announce(button.textContent);
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    button.textContent = before;
    button.classList.remove("done");
  }, 1800);
}

const live = document.createElement("p");
live.className = "sr-only";
live.setAttribute("role", "status");
function announce(text) {
  if (!live.isConnected) (one("main") || document.body).append(live);
  live.textContent = text;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function exportConversation(button) {
  let asked = [];
  try {
    asked = JSON.parse(sessionStorage.getItem("asked") || "[]");
  } catch {
    return;
  }
  button.disabled = true;
  try {
    const body = JSON.stringify({ form: button.dataset.export, asked, lang: language() });
    const response = await fetch("page/export", { method: "POST", headers: { "content-type": "application/json" }, body });
    if (response.ok) save(await response.blob(), `conversation.${button.dataset.export}`);
    else one("#hint p").textContent = new DOMParser().parseFromString(await response.text(), "text/html").body.textContent;
  } catch {
    one("#hint p").textContent = unreachable();
  }
  button.disabled = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a");
  if (button?.dataset.copy) copyFrom(button);
  else if (button?.dataset.export) exportConversation(button);
});
