// Draws the tab 评测. One script for its two parts: the panel (upload, progress, runs) and the viewer (a report).
// `element`, `props`, `trigger` and `watch` are Gradio's.
const panel = element.querySelector(".evaluation-panel");
const viewer = element.querySelector(".evaluation-viewer");
const ask = (action, values = {}) => trigger("submit", { action, ...values });
let words = {};
let busy = false;
let savedAt = null;
const say = (key, values = {}) => (words[key] || "").replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Ids raise these rules above Gradio's own for buttons and tables.
const STYLE = `
:is(#evaluation, #evaluation-viewer) {
  & .evaluation-panel, & .evaluation-viewer { font-size: 15px; line-height: 1.6; max-width: 1200px; margin: 0 auto; }
  & .ev-box { background: var(--block-background-fill, #fff); border: 1px solid var(--border-color-primary, #dfe4ea); border-radius: 8px; padding: 14px 16px; margin-bottom: 12px; }
  & .ev-box h2 { margin: 0 0 6px; font-size: 16px; font-weight: 600; }
  & .ev-soft { color: var(--soft); font-size: 13px; margin: 0 0 10px; }
  & .ev-button { display: inline-flex; align-items: center; min-height: 36px; padding: 4px 14px; border: 1px solid #c3ccd6; border-radius: 6px; background-color: var(--block-background-fill, #fff); color: inherit; cursor: pointer; font: inherit; font-size: 14px; max-width: 100%; }
  & .ev-button:hover { border-color: var(--accent); }
  & .ev-button:focus-visible, & .ev-file:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
  & .ev-main { background-color: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
  & .ev-file { position: relative; }
  & .ev-file input { position: absolute; inset: 0; opacity: 0; cursor: pointer; width: 100%; }
  & .ev-problem { color: var(--bad); white-space: pre-wrap; overflow-wrap: anywhere; margin: 8px 0 0; max-height: 240px; overflow: auto; font-size: 14px; }
  & .ev-problem:empty { display: none; }
  & .ev-progress { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; }
  & .ev-progress progress { flex: 1 1 220px; height: 14px; accent-color: var(--accent); }
  & progress { appearance: none; border: 0; border-radius: 4px; overflow: hidden; background: #e3e8ee; }
  & progress::-webkit-progress-bar { background: #e3e8ee; }
  & progress::-webkit-progress-value { background: var(--accent); }
  & progress::-moz-progress-bar { background: var(--accent); }
  & select.ev-button { padding-right: 34px; }
  & .ev-scroll { overflow-x: auto; }
  & .ev-runs { border-collapse: collapse; width: 100%; }
  & .ev-runs :is(th, td) { text-align: left; padding: 6px 12px 6px 0; border: 0 solid var(--border-color-primary, #dfe4ea); border-top-width: 1px; font-size: 14px; vertical-align: middle; white-space: nowrap; }
  & .ev-runs th { font-weight: 400; color: var(--soft); font-size: 12px; border-top: 0; white-space: normal; }
  & .ev-runs .ev-name { overflow-wrap: anywhere; white-space: normal; min-width: 110px; }
  & .ev-runs .ev-note { overflow-wrap: anywhere; white-space: pre-wrap; min-width: 110px; }
  & .ev-runs .ev-why { white-space: normal; border-top: 0; padding-top: 0; }
  & .ev-actions { display: flex; gap: 6px; justify-content: flex-end; }
  & .ev-actions .ev-button { min-height: 32px; padding: 2px 12px; }
  & .ev-bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 8px; }
  & .ev-bar b { flex: 1 1 160px; overflow-wrap: anywhere; }
  & .ev-bar .ev-soft { margin: 0; }
  & iframe { width: 100%; border: 1px solid var(--border-color-primary, #dfe4ea); border-radius: 8px; background: #f5f6f8; height: 80vh; display: block; }
  @media (max-width: 640px) {
    & .ev-runs tr { display: grid; grid-template-columns: repeat(3, 1fr); padding: 8px 0; border-top: 1px solid var(--border-color-primary, #dfe4ea); }
    & .ev-runs tr:first-child { display: none; }
    & .ev-runs td { border: 0; padding: 2px 8px 2px 0; }
    & .ev-runs td[data-head]::before { content: attr(data-head); display: block; font-size: 11px; color: var(--soft); }
    & .ev-runs :is(.ev-name, .ev-last, .ev-why, .ev-note) { grid-column: 1 / -1; }
    & .ev-actions { justify-content: flex-start; }
  }
}`;

function make(tag, className, ...inside) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...inside.filter((part) => part !== null && part !== undefined));
  return node;
}

function button(text, action, className = "") {
  const node = make("button", `ev-button ${className}`, text);
  node.type = "button";
  node.addEventListener("click", action);
  return node;
}

// ---- the panel

function drawPanel() {
  const { live, runs, heads, problem, accept, max, feedback, saved } = props.value;
  words = props.value.words;
  if (live) busy = false;
  const kept = panel.querySelector("select")?.value;
  panel.replaceChildren(make("style", "", STYLE), upload(live, accept, max, problem), list(runs, heads, live, kept), feedback ? users(feedback) : "");
  if (saved && saved.at !== savedAt) {
    savedAt = saved.at;
    save(saved.name, saved.text, "application/x-ndjson");
  }
}

function save(name, text, type) {
  const link = make("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function upload(live, accept, max, problem) {
  const box = make("div", "ev-box", make("p", "ev-soft", say("intro")));
  const message = make("p", "ev-problem", problem);
  message.setAttribute("role", "alert");
  if (live) {
    const bar = make("progress");
    bar.max = live.total || 1;
    if (live.total) bar.value = live.done;
    bar.setAttribute("aria-label", say("running"));
    const counting = live.total && live.done === live.total;
    const left = live.left && !counting ? say("left", { n: Math.max(1, Math.round(live.left)) }) : null;
    const facts = [`${say("running")} ${live.name}`, live.total ? say("progress", live) : null, counting ? say("counting") : left].filter(Boolean).join(" · ");
    const text = make("span", "", facts);
    text.setAttribute("role", "status");
    box.append(make("div", "ev-progress", text, bar, button(say("stop"), () => ask("stop"))));
  } else {
    const input = make("input");
    input.type = "file";
    input.accept = accept;
    input.setAttribute("aria-label", say("upload"));
    input.addEventListener("change", () => read(input.files[0], max, message));
    box.append(make("label", "ev-button ev-main ev-file", say("upload"), input));
  }
  box.append(message);
  return box;
}

function read(file, max, message) {
  if (!file || busy) return;
  if (file.size > max) {
    message.textContent = say("too_large", { n: Math.round(max / 1e6) });
    return;
  }
  busy = true;
  message.textContent = say("reading");
  const reader = new FileReader();
  reader.addEventListener("load", () => ask("start", { name: file.name, content: String(reader.result).split(",")[1] || "" }));
  reader.addEventListener("error", () => {
    busy = false;
    message.textContent = say("failed");
  });
  reader.readAsDataURL(file);
}

function list(runs, heads, live, kept) {
  const box = make("div", "ev-box", make("h2", "", say("runs")));
  if (!runs.length) {
    box.append(make("p", "ev-soft", say("none")));
    return box;
  }
  const done = runs.filter((run) => run.status === "done");
  const table = make("table", "ev-runs", make("tr", "", ...[say("set"), say("started"), say("questions"), ...heads, ""].map((head) => make("th", "", head))));
  for (const run of runs) {
    table.append(line(run, heads, live));
    if (run.status === "failed") table.append(why(run, heads));
  }
  box.append(make("div", "ev-scroll", table));
  if (done.length > 1) box.append(comparing(done, kept));
  return box;
}

function line(run, heads, live) {
  const cell = (text, head, className = "") => {
    const node = make("td", className, text);
    node.dataset.head = head;
    return node;
  };
  const actions = make("div", "ev-actions");
  if (run.status === "done") actions.append(button(say("view"), () => ask("view", { id: run.id }), "ev-main"));
  if (run.status === "stopped" && !live) actions.append(button(say("resume"), () => ask("resume", { id: run.id }), "ev-main"));
  if (run.status !== "running") actions.append(button(say("remove"), () => confirm(say("confirm")) && ask("remove", { id: run.id })));
  const name = cell(run.name, say("set"), "ev-name");
  if (run.status === "stopped") name.append(make("span", "ev-soft", ` · ${say("stopped")} ${run.done}/${run.total}`));
  const rest = run.status === "done" ? [cell(String(run.total), say("questions")), ...run.figures.map((figure, n) => cell(figure, heads[n]))] : [];
  const last = make("td", "ev-last", actions);
  last.colSpan = run.status === "done" ? 1 : heads.length + 2;
  return make("tr", "", name, cell(run.started.replace("T", " ").slice(0, 16), say("started")), ...rest, last);
}

function why(run, heads) {
  const cell = make("td", "ev-why", make("p", "ev-problem", `${say("failed")}${say("colon")}${run.message}`));
  cell.colSpan = heads.length + 4;
  return make("tr", "", cell);
}

function comparing(done, kept) {
  const choose = (selected) => {
    const select = make("select", "ev-button");
    done.forEach((run, n) => select.append(new Option(`${run.started.replace("T", " ").slice(5, 19)} ${run.name}`, run.id, false, n === selected)));
    return select;
  };
  const [before, after] = [choose(1), choose(0)];
  if (kept && done.some((run) => run.id === kept)) before.value = kept;
  const both = make("div", "ev-bar", make("span", "ev-soft", say("compare_with")), before, "→", after);
  both.append(button(say("compare"), () => ask("compare", { before: before.value, id: after.value })));
  both.style.marginTop = "12px";
  return both;
}

// what users said of answers in the chat
function users({ total, entries }) {
  const box = make("div", "ev-box", make("h2", "", say("feedback")));
  if (!total) {
    box.append(make("p", "ev-soft", say("feedback_none")));
    return box;
  }
  const cell = (text, head, className = "") => {
    const node = make("td", className, text);
    node.dataset.head = say(head);
    return node;
  };
  const heads = [say("question"), say("started"), say("said"), say("note"), ""];
  const table = make("table", "ev-runs", make("tr", "", ...heads.map((head) => make("th", "", head))));
  for (const one of entries) {
    const last = make("td", "ev-last", make("div", "ev-actions", button(say("remove"), () => ask("feedback-remove", { id: one.id }))));
    table.append(make("tr", "", cell(one.question, "question", "ev-name"), cell(one.at, "started"), cell(one.said, "said"), cell(one.note || "—", "note", "ev-note"), last));
  }
  const clear = () => confirm(say("confirm_clear")) && ask("feedback-clear");
  const acts = make("div", "ev-bar", button(say("export"), () => ask("feedback-export"), "ev-main"), button(say("clear"), clear));
  if (total > entries.length) acts.append(make("span", "ev-soft", say("feedback_more", { n: entries.length, total })));
  box.append(make("p", "ev-soft", say("feedback_hint")), acts, make("div", "ev-scroll", table));
  return box;
}

// ---- the viewer

function drawViewer() {
  const shown = props.value;
  viewer.replaceChildren();
  if (!shown || !shown.html) return;
  words = shown.words;
  const frame = make("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = say("report");
  frame.srcdoc = shown.html;
  const close = () => ask("close");
  viewer.append(make("style", "", STYLE), make("div", "ev-bar", make("b", "", shown.name), button(say("download"), () => save(shown.name, shown.html, "text/html"), "ev-main"), button(say("close"), close)), frame);
  viewer.scrollIntoView({ block: "start" });
}

if (viewer) {
  window.addEventListener("message", (event) => {
    const frame = viewer.querySelector("iframe");
    if (!frame || event.source !== frame.contentWindow) return;
    if (event.data.evaluation === "height") frame.style.height = `${Math.min(Number(event.data.height) || 0, 60000) + 8}px`;
    if (event.data.evaluation === "open") ask("open", { turns: event.data.turns });
  });
}

if (panel) document.addEventListener("feedback", () => ask("feedback-look"));

const draw = panel ? drawPanel : drawViewer;
watch("value", draw);
draw();
