// Puts a bar under every answer of the conversation: thumbs, and a form for what is wrong or missing.
// `element`, `props`, `trigger` and `watch` are Gradio's; props.value is made by feedback_bar.py.
const THUMB = "M7 10v10H4V10h3zm0 1 4-8c1.7 0 2.4 1.2 2.1 2.8L12.4 9H18c1.3 0 2.1 1.1 1.8 2.3l-1.7 6.8c-.3 1.2-1.2 1.9-2.4 1.9H7";
const log = () => document.querySelector("#conversation .log");
const say = (key) => props.value.words[key] || "";
const drawn = new WeakMap(); // bar → what it was drawn from, so that an open form is not drawn over

function make(tag, className, ...inside) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...inside.filter(Boolean));
  return node;
}

function button(text, className, action) {
  const node = make("button", className, text);
  node.type = "button";
  node.addEventListener("click", action);
  return node;
}

function thumb(verdict, pressed, action) {
  const node = button("", `act thumb ${verdict}`, action);
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", THUMB);
  icon.append(path);
  node.append(icon, say(verdict));
  node.setAttribute("aria-pressed", String(pressed));
  return node;
}

const numbers = (answer) => [...answer.querySelectorAll(".quotes:not(.related) .number")].map((node) => Number(node.textContent.replace(/\D/g, "")));

// ---- the bar of one answer

function bar(answer, turn) {
  const said = props.value.said[turn];
  const told = props.value.turn === turn ? props.value.told : "";
  const home = make("div", "feedback");
  home.setAttribute("role", "group");
  home.setAttribute("aria-label", say("bar"));
  home.setAttribute("aria-live", "off");
  const status = make("span", "told", told);
  status.setAttribute("role", "status");
  const sheet = form(answer, turn, home);
  const up = thumb("up", said?.verdict === "up", () => trigger("submit", { turn, verdict: "up" }));
  const down = thumb("down", said?.verdict === "down", () => {
    if (said?.verdict === "down") trigger("submit", { turn, verdict: "down" });
    else show(home, "missing");
  });
  const reason = said?.reason ? make("span", "", [say(`reason_${said.reason}`), said.note].filter(Boolean).join(" · ")) : null;
  home.append(make("div", "row", make("span", "", say("ask")), up, down, reason, status), sheet);
  return home;
}

function form(answer, turn, home) {
  const sheet = make("form");
  sheet.hidden = true;
  const reasons = make("fieldset", "", make("legend", "", say("what")));
  for (const name of props.value.reasons) {
    const choice = make("input");
    choice.type = "radio";
    choice.name = `feedback-${turn}`;
    choice.value = name;
    reasons.append(make("label", "", choice, say(`reason_${name}`)));
  }
  const quote = make("select");
  quote.append(new Option(say("whole"), ""), ...numbers(answer).map((n) => new Option(`[${n}]`, String(n - 1))));
  const which = make("label", "which", say("which"), quote);
  const note = make("textarea");
  note.maxLength = props.value.most;
  note.rows = 3;
  const send = make("button", "act", say("send"));
  send.type = "submit";
  const cancel = button(say("cancel"), "quiet", () => {
    sheet.hidden = true;
    home.querySelector(".thumb.down").focus();
  });
  sheet.append(reasons, quote.options.length > 1 ? which : "", make("label", "stacked", say("note"), note), make("p", "kept", say("kept")), make("div", "row", send, cancel));
  sheet.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = sheet.querySelector("input:checked")?.value || "other";
    const about = quote.value === "" ? null : Number(quote.value);
    trigger("submit", { form: true, turn, verdict: "down", reason, quote: reason === "missing" ? null : about, note: note.value });
  });
  sheet.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    cancel.click();
  });
  sheet.addEventListener("change", () => which.toggleAttribute("hidden", sheet.querySelector("input:checked")?.value === "missing"));
  return sheet;
}

function show(home, reason, quote = "") {
  const sheet = home.querySelector("form");
  sheet.hidden = false;
  const chosen = sheet.querySelector(`input[value=${reason}]`);
  chosen.checked = true;
  const select = sheet.querySelector("select");
  if (select) select.value = quote;
  sheet.dispatchEvent(new Event("change"));
  (quote ? sheet.querySelector("textarea") : chosen).focus();
  sheet.scrollIntoView({ block: "nearest" });
}

// ---- all of them

function decorate() {
  const home = log();
  if (!home) return;
  [...home.children].forEach((message, at) => {
    const answer = message.querySelector(":scope > section.answer:is(.answered, .not_found)");
    if (!answer) return;
    const turn = (at - 1) / 2;
    const state = JSON.stringify([props.value.words.bar, props.value.said[turn] || null, props.value.turn === turn ? props.value.told : ""]);
    const old = answer.querySelector(":scope > .feedback");
    if (old && drawn.get(old) === state) return;
    const focused = old?.contains(document.activeElement) ? document.activeElement.closest(".thumb")?.classList[2] || "down" : null;
    const fresh = bar(answer, turn);
    drawn.set(fresh, state);
    if (old) old.replaceWith(fresh);
    else answer.append(fresh);
    if (focused) fresh.querySelector(`.thumb.${focused}`).focus({ preventScroll: true });
    for (const card of answer.querySelectorAll(".quotes:not(.related) .card")) {
      card.querySelector(".act.wrong")?.remove();
      const first = Number(card.querySelector(".number")?.textContent.replace(/\D/g, "")) - 1;
      card.querySelector(".acts")?.append(button(say("wrong_quote"), "act wrong", () => show(answer.querySelector(":scope > .feedback"), "wrong", String(first))));
    }
  });
}

let waiting = false;
function soon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    decorate();
  });
}

// The conversation may be put on the page after this script: wait for it, then look at its messages alone.
function follow() {
  const home = log();
  if (!home) return setTimeout(follow, 100);
  new MutationObserver(soon).observe(home, { childList: true });
  soon();
}
follow();
watch("value", () => {
  decorate();
  if (props.value.told) document.dispatchEvent(new Event("feedback"));
});
