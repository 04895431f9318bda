// The tab of documents: files are looked at, corrected and kept; kept ones are corrected, compared, removed and brought back.
// A file waits here, in the browser, until it is kept. What is shown is drawn by the server (page/library/…).
import * as clauses from "./clauses.js";
import { all, failure, language, one, unreachable } from "./shared.js";

const queue = new Map(); // card → its file
let sought = 0;
let watching = null;
let typing = null;
let note = ""; // what came of an import, told beside how far the answers are
let shown = null; // the id of the document that is looked at

const shell = () => one("[data-docs]");
const words = () => JSON.parse(shell()?.dataset.words || "{}");
const say = (key, values = {}) => (words()[key] || "").replace(/\{(\w+)\}/g, (_, name) => values[name]);
const within = (name, place = shell()) => one(`[data-doc-${name}]`, place);
const tell = (text) => (within("state").textContent = [note, text].filter(Boolean).join(" "));

async function call(path, given = {}, sent = {}) {
  const query = new URLSearchParams({ ...given, lang: language() });
  try {
    const response = await fetch(`page/library/${path}?${query}`, sent);
    return { ok: response.ok && !response.headers.get("x-refused"), html: await response.text() };
  } catch {
    return { ok: false, html: failure(unreachable()).outerHTML };
  }
}

const change = (path, body) =>
  call(path, {}, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

// ---- the tab and its list

async function open() {
  const place = one("[data-docs-place]");
  if (!place) return;
  const told = await call("tab");
  const waiting = [...queue.entries()].map(([card, file]) => ({ file, typed: typed(card) }));
  queue.clear();
  place.innerHTML = told.html;
  if (!told.ok) return;
  await list();
  if (shown) await show(shown, false);
  for (const { file, typed } of waiting) await look(file, typed);
  watch();
}

async function list() {
  if (!shell()) return;
  const mine = ++sought;
  const told = await call("list", { q: within("filter").value, removed: Boolean(within("removed")?.checked) });
  if (mine === sought) within("list").innerHTML = told.html;
}

function room(name) {
  within("room").hidden = name !== "room";
  within("one").hidden = name !== "one";
}

async function show(id, focus = true) {
  const told = await call("document", { id });
  within("refused").innerHTML = told.ok ? "" : told.html;
  if (told.ok) return draw(told, id, focus);
  shown = null;
  room("room");
}

function draw(told, id, focus = true) {
  shown = id;
  within("one").innerHTML = told.html;
  room("one");
  if (focus) {
    one("h3", within("one"))?.focus({ preventScroll: true });
    within("one").scrollIntoView({ block: "nearest" });
  }
}

async function back() {
  const id = shown;
  shown = null;
  room("room");
  await list();
  (one(`[data-doc=show][data-id="${CSS.escape(id || "")}"]`, within("list")) || within("filter")).focus();
}

// ---- the answers follow

function changed() {
  note = "";
  within("refused").replaceChildren();
  list();
  tell(say("updating"));
  watch(true);
}

// Looks until the answers come from the library as it is now, then tells so and lets the page draw what it says of the documents.
function watch(mine = false) {
  clearTimeout(watching);
  watching = setTimeout(async () => {
    let state;
    try {
      state = await (await fetch(`page/library/state?${new URLSearchParams({ lang: language() })}`)).json();
    } catch {
      return watch(mine);
    }
    if (!shell()) return;
    within("problem").replaceChildren(...(state.problem ? [failure(state.problem)] : []));
    if (state.problem) return tell("");
    if (!state.current) {
      tell(say("updating"));
      return watch(true);
    }
    if (!mine) return;
    tell(say("current"));
    list();
    document.dispatchEvent(new Event("followed"));
  }, 600);
}

// ---- files that are not kept yet

// What was typed into the boxes of a card, what the file was said to be, and what was corrected of its clauses.
function typed(card) {
  const facts = {};
  for (const box of all("[data-doc-facts] input", card)) if (box.value.trim() !== box.dataset.read.trim()) facts[box.name] = box.value.trim() || null;
  return { facts, as: card.dataset.as || "", parts: JSON.parse(card.dataset.parts || "{}") };
}

const json = (given) => (Object.keys(given).length ? JSON.stringify(given) : "");
const asked = (file, { facts, as, parts }) => ({ name: file.name, facts: json(facts), kept_as: as, parts: json(parts) });

async function preview(file, given) {
  if (file.size > Number(shell().dataset.most)) {
    const text = say("too_large", { n: Math.floor(shell().dataset.most / 1e6), name: file.name });
    return { ok: false, html: `${failure(text).outerHTML}<div class="acts"><button type="button" class="quiet" data-doc="dismiss">${say("hide")}</button></div>` };
  }
  return call("preview", asked(file, given), { method: "POST", body: file });
}

async function look(file, given = { facts: {}, as: "", parts: {} }) {
  const told = await preview(file, given);
  const card = document.createElement("article");
  card.className = "doc-card";
  card.dataset.as = given.as;
  card.dataset.parts = JSON.stringify(given.parts);
  card.innerHTML = told.html;
  within("queue").append(card);
  if (told.ok && one("[data-doc=keep]", card)) queue.set(card, file);
  count();
  return told.ok;
}

async function take(files) {
  let failed = 0;
  note = "";
  within("refused").replaceChildren();
  const before = within("queue").childElementCount;
  for (const [n, file] of files.entries()) {
    tell(say("reading", { done: n + 1, total: files.length, name: file.name }));
    if (!(await look(file))) failed += 1;
  }
  tell(say(failed ? "read_some" : "read", { total: files.length - failed, failed }));
  one("h3", within("queue").children[before])?.focus();
}

function count() {
  const many = queue.size > 1;
  within("all").hidden = !many;
  if (many) one("button", within("all")).textContent = say("keep_all", { n: queue.size });
}

// What was typed changes what the file is to the library: the boxes stay, the verdict is drawn anew.
async function judge(card) {
  const file = queue.get(card);
  if (!file) return; // drawn anew in another language, kept or put away while the pause after typing ran
  const given = typed(card);
  const told = await preview(file, given);
  if (!card.isConnected || !queue.has(card) || JSON.stringify(given) !== JSON.stringify(typed(card))) return;
  const made = document.createElement("div");
  made.innerHTML = told.html;
  within("failed", card).replaceChildren();
  if (!told.ok) return within("failed", card).replaceChildren(...all(".failure", made));
  const focused = document.activeElement?.name === "as" && card.contains(document.activeElement) ? document.activeElement.value : null;
  within("verdict", card).replaceWith(within("verdict", made));
  if (focused) one(`[name=as][value="${CSS.escape(focused)}"]`, card)?.focus();
}

// A clause of a file that waits is corrected: kept with the card, and the tree drawn anew; what cannot be is told and forgotten.
async function mend(card, at, changes, told) {
  const before = card.dataset.parts;
  const parts = JSON.parse(before);
  parts[at] = changes && { ...parts[at], ...changes };
  card.dataset.parts = JSON.stringify(parts);
  const drawn = await preview(queue.get(card), typed(card));
  if (!card.isConnected || !queue.has(card)) return;
  if (!drawn.ok) {
    card.dataset.parts = before;
    return clauses.refuse(told || within("failed", card), drawn.html);
  }
  const made = document.createElement("div");
  made.innerHTML = drawn.html;
  for (const name of ["verdict", "tree"]) within(name, card)?.replaceWith(within(name, made));
  within("failed", card).replaceChildren();
  clauses.land(at, card);
}

// A clause of a document that is kept is corrected; with null for the changes it is as it was read again.
async function correct(at, changes, place) {
  const told = await change("clause", { id: shown, at, changes });
  if (!told.ok) return clauses.refuse(place || within("failed", within("one")), told.html);
  draw(told, shown, false);
  clauses.land(at, within("one"));
  changed();
}

const clause = (card, at, changes, form) => {
  const place = form && within("part-failed", form);
  return card ? mend(card, at, changes, place) : correct(at, changes, place);
};

function editor(card, at) {
  const file = card && queue.get(card);
  return file ? call("part", { ...asked(file, typed(card)), at }, { method: "POST", body: file }) : call("part", { id: shown, at });
}

async function keep(card) {
  const file = queue.get(card);
  if (!file || card.ariaBusy === "true") return false;
  card.ariaBusy = "true";
  clearTimeout(typing);
  const button = one("[data-doc=keep]", card);
  button.disabled = true;
  tell(say("keeping"));
  const told = await call("keep", asked(file, typed(card)), { method: "POST", body: file });
  card.ariaBusy = "false";
  if (!told.ok) {
    const made = document.createElement("div");
    made.innerHTML = told.html;
    within("failed", card).replaceChildren(...all(".failure", made));
    button.disabled = false;
    tell("");
    return false;
  }
  const difference = one(".doc-diff", card);
  queue.delete(card);
  card.innerHTML = told.html;
  if (difference) card.append(difference);
  count();
  changed();
  return true;
}

async function keepAll() {
  for (const card of [...queue.keys()]) await keep(card);
}

function dismiss(card) {
  const next = card.nextElementSibling || card.previousElementSibling;
  queue.delete(card);
  card.remove();
  count();
  (next ? one("h3, .doc-outcome, button", next) : within("files"))?.focus();
}

// ---- kept documents

async function act(path, more = {}) {
  const told = await change(path, { id: shown, ...more });
  if (told.ok) {
    draw(told, shown, false);
    within("said", within("one"))?.scrollIntoView({ block: "nearest" });
    one("h3", within("one"))?.focus({ preventScroll: true });
    changed();
  } else within("failed", within("one")).innerHTML = told.html;
}

async function bring(file) {
  note = "";
  tell(say("importing"));
  const told = await call("import", { name: file.name }, { method: "POST", body: file });
  within("refused").innerHTML = told.ok ? "" : told.html;
  if (!told.ok) return tell("");
  changed();
  note = told.html;
  tell(say("updating"));
}

const actions = {
  show: (button) => show(button.dataset.id),
  back,
  keep: (button, card) => keep(card),
  "keep-all": keepAll,
  dismiss: (button, card) => dismiss(card),
  reset: () => act("reset"),
  remove: () => act("remove"),
  restore: () => act("restore"),
  use: (button) => act("restore", { version: Number(button.dataset.version) }),
  edit: (button, card) => clauses.edit(button, (at) => editor(card, at)),
  close: (button) => clauses.close(button.form),
  join: (button, card) => clause(card, Number(button.form.dataset.at), { kind: null }, button.form),
  begin: (button, card) => clause(card, Number(button.dataset.at), { kind: "clause" }, button.form),
  undo: (button, card) => clause(card, Number(button.dataset.at), null),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-docs] [data-doc]");
  if (button && button.type !== "submit") actions[button.dataset.doc]?.(button, button.closest(".doc-card"));
});
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.closest("[data-docs]")) return;
  event.preventDefault();
  const card = form.closest(".doc-card");
  if (form.matches("[data-doc-part]")) {
    const changes = clauses.changed(form);
    if (Object.keys(changes).length) clause(card, Number(form.dataset.at), changes, form);
    else clauses.close(form);
  } else if (card) keep(card);
  else if (form.matches("[data-doc-facts]")) act("correct", { facts: typed(within("one")).facts });
  else if (form.matches("[data-doc-compare]")) {
    const told = await call("difference", { id: shown, older: form.older.value, newer: form.newer.value });
    within("diff", within("one")).innerHTML = told.html;
  }
});
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.closest?.("[data-docs]")) return;
  const card = field.closest(".doc-card");
  if (field.matches("[data-doc-files]")) take([...field.files]).then(() => (field.value = ""));
  else if (field.matches("[data-doc-import]") && field.files[0]) bring(field.files[0]).then(() => (field.value = ""));
  else if (field.matches("[data-doc-removed]")) list();
  else if (card && queue.has(card) && !field.closest("[data-doc-part]")) {
    if (field.name === "as") card.dataset.as = field.value;
    clearTimeout(typing);
    typing = setTimeout(() => judge(card), 150);
  }
});
document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-doc-filter]")) return;
  clearTimeout(list.timer);
  list.timer = setTimeout(list, 150);
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.("[data-doc-drop]");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) take([...event.dataTransfer.files]);
  });
}
document.addEventListener("spoken", open);
document.addEventListener("opened", () => {
  if (!shell()) open();
});
