// Runs once, when the conversation is put on the page. `element`, `props`, `trigger` and `watch` are Gradio's.
// props.value is {start, items}: from message `start` on, the conversation is `items` (HTML made by render.py).
const log = element.querySelector(".log");
const shown = [];
let kept = false;

function draw() {
  const { start, items } = props.value || { start: 0, items: [] };
  const before = shown.length;
  const waiting = log.querySelector(".pending") !== null;
  while (log.children.length > start + items.length) log.lastElementChild.remove();
  shown.length = Math.min(shown.length, start + items.length);
  items.forEach((html, i) => {
    const at = start + i;
    if (shown[at] === html) return;
    const holder = document.createElement("div");
    holder.className = "message";
    holder.innerHTML = html;
    if (at < log.children.length) log.replaceChild(holder, log.children[at]);
    else log.append(holder);
    shown[at] = html;
  });
  keep(props.value?.asked || []);
  if (before > 0 && (shown.length > before || waiting)) bring(log.children[shown.length - 2]);
}

// The questions stay with this tab of the browser, so that a reload brings the conversation back.
function keep(asked) {
  document.documentElement.classList.toggle("talked", asked.length > 0);
  if (!kept && asked.length === 0) return;
  kept = true;
  try {
    sessionStorage.setItem("asked", JSON.stringify(asked));
  } catch {
    // no room or not allowed: the conversation then ends with the page
  }
}

function bring(message, block = "start") {
  if (!message) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  message.scrollIntoView({ block, behavior: still ? "auto" : "smooth" });
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask], [data-ref]");
  if (!button) return;
  if (button.dataset.ask) trigger("submit", { question: button.dataset.ask });
  const target = document.getElementById(button.dataset.ref || "");
  if (!target) return;
  const card = target.closest(".card") || target;
  bring(card, "nearest");
  card.focus({ preventScroll: true });
});

watch("value", draw);
draw();
