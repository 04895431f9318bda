// A lost connection, told in the language of the page: Gradio's own notes are English alone, so the style sheet hides them.
// Gradio tries again by itself and then loads the page anew; what was being written is kept for it.
import { all, one, word } from "./shared.js";

const note = document.createElement("p");
note.id = "connection";
note.className = "failure";
note.setAttribute("role", "alert");

function tell() {
  const said = all(".toast-body").map((toast) => toast.textContent);
  if (!said.length) return note.remove();
  const lost = said.some((text) => /connection/i.test(text));
  const text = word(lost ? "lost" : "broken");
  if (note.isConnected && note.textContent === text) return;
  note.textContent = text;
  (one(".gradio-container main") || document.body).prepend(note);
  if (lost) keep(one("#box textarea")?.value || "");
}

function keep(text) {
  try {
    if (text) sessionStorage.setItem("draft", text);
  } catch {
    // not allowed: it is then lost with the page
  }
}

function refill() {
  let text = "";
  try {
    text = sessionStorage.getItem("draft") || "";
    sessionStorage.removeItem("draft");
  } catch {
    return;
  }
  const box = one("#box textarea");
  if (!text || !box || box.value) return;
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

new MutationObserver(tell).observe(document.documentElement, { childList: true, subtree: true });
document.addEventListener("opened", refill);
