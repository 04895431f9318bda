// Draws the chart by group and the table of questions from the data that lies in the page.
const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;
const PAGE = 40;
const embedded = window.parent !== window;

const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

function make(tag, className, ...inside) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...inside.filter((part) => part !== null && part !== undefined));
  return node;
}

function choice(label, options, onChange) {
  const select = make("select");
  for (const [value, text] of options) select.append(new Option(text, value));
  select.addEventListener("change", onChange);
  return [make("label", "", label, select), select];
}

// ---- figures by group

function drawGroups(home, { metrics, groupings, values }) {
  const title = make("h3");
  const bars = make("div");
  const [first, grouping] = choice(say("grouping"), groupings, draw);
  const [second, metric] = choice(say("metric"), metrics, draw);
  home.append(title, make("div", "controls", first, second), bars);

  function draw() {
    const [name, text, unit] = metrics.find(([key]) => key === metric.value);
    title.textContent = say("by_group", { metric: text });
    const rows = Object.entries(values[grouping.value] || {}).filter(([, group]) => name in group);
    bars.replaceChildren(
      ...rows.map(([group, { [name]: [value, low, high, n] }]) => {
        const print = (v) => (unit === "share" ? (100 * v).toFixed(1) + "%" : v.toFixed(3));
        const bar = make("i");
        bar.style.width = 100 * value + "%";
        const interval = make("u");
        interval.style.left = 100 * low + "%";
        interval.style.width = 100 * (high - low) + "%";
        const track = make("div", "track", bar, interval);
        track.title = `${print(low)}–${print(high)}`;
        return make("div", "group", make("div", "name", group), track, make("div", "value", print(value), " ", make("small", "", `n ${n}`)));
      }),
    );
    if (!rows.length) bars.append(make("p", "hint", say("none")));
  }
  draw();
}

// ---- questions

function drawQuestions(home, rows) {
  const search = make("input");
  search.type = "search";
  search.addEventListener("input", restart);
  const outcomes = ["all", "wrong", "incomplete", "right", "failed"].map((key) => [key, say(key)]);
  const distinct = (field) => [["", say("all")], ...[...new Set(rows.map((row) => row[field]))].sort().map((v) => [v, field === "kind" ? say("kind_" + v) : v])];
  const [one, outcome] = choice(say("outcome"), outcomes, restart);
  const [two, kind] = choice(say("kind"), distinct("kind"), restart);
  const [three, category] = choice(say("category"), distinct("category"), restart);
  const [four, language] = choice(say("language"), distinct("language"), restart);
  const count = make("p", "count");
  count.setAttribute("role", "status");
  const list = make("div");
  const more = make("button");
  more.type = "button";
  more.addEventListener("click", () => draw(shown + PAGE));
  home.append(make("div", "controls", make("label", "", say("search"), search), one, two, three, four), count, list, more);
  let shown = 0;
  if (rows.some((row) => !row.right)) outcome.value = "wrong";

  const fits = {
    all: () => true,
    wrong: (row) => !row.right,
    incomplete: (row) => row.right && !row.complete,
    right: (row) => row.right,
    failed: (row) => row.error !== null,
  };

  function found() {
    const text = search.value.trim().toLowerCase();
    return rows.filter(
      (row) =>
        fits[outcome.value](row) &&
        (!kind.value || row.kind === kind.value) &&
        (!category.value || row.category === category.value) &&
        (!language.value || row.language === language.value) &&
        (!text || JSON.stringify([row.id, row.q, row.needs, row.shown, row.text, row.earlier]).toLowerCase().includes(text)),
    );
  }

  function restart() {
    list.replaceChildren();
    shown = 0;
    draw(PAGE);
  }

  function draw(until) {
    const fitting = found();
    list.append(...fitting.slice(shown, until).map(question));
    shown = Math.min(until, fitting.length);
    count.textContent = fitting.length ? say("shown_of", { shown, total: fitting.length }) : say("nothing");
    more.hidden = shown >= fitting.length;
    more.textContent = say("more", { n: Math.min(PAGE, fitting.length - shown) });
  }
  restart();
}

// some questions at a time, for the lists of a comparison
function drawSome(home, rows, size = 10) {
  const list = make("div");
  const more = make("button");
  more.type = "button";
  let shown = 0;
  const draw = () => {
    list.append(...rows.slice(shown, shown + size).map(question));
    shown = Math.min(shown + size, rows.length);
    more.hidden = shown >= rows.length;
    more.textContent = say("more", { n: Math.min(size, rows.length - shown) });
  };
  more.addEventListener("click", draw);
  home.append(list, more);
  draw();
}

function question(row) {
  const state = !row.right ? "no" : row.complete ? "yes" : "part";
  const word = row.error !== null ? "failed" : !row.right ? "wrong" : row.complete ? "right" : "incomplete";
  const marks = make("div", "marks", make("span", "tag " + state, say(word)), make("span", "", row.id), make("span", "", row.category), make("span", "", row.language));
  if (row.status) marks.append(make("span", "", say("status_" + row.status)), make("span", "", say("sure", { n: row.sure })));
  if (row.rank !== null) marks.append(make("span", "", row.rank ? say("first_rank", { n: row.rank }) : say("not_retrieved")));
  marks.append(make("span", "", `${row.ms} ms`));
  if (embedded) {
    const open = make("button", "", say("open_chat"));
    open.type = "button";
    open.addEventListener("click", () => window.parent.postMessage({ evaluation: "open", turns: [...row.earlier, row.q] }, "*"));
    marks.append(open);
  }
  const card = make("article", "question " + state, marks);
  if (row.earlier.length) card.append(make("p", "hint", say("earlier") + say("colon") + row.earlier.join(" → ")));
  card.append(make("p", "asked", row.q));
  if (row.error !== null) card.append(make("p", "error", row.error));
  card.append(make("div", "sides", make("div", "", make("h4", "", say("expected")), ...expected(row)), make("div", "", make("h4", "", say(row.before ? "after" : "shown")), ...given(row), ...earlierShown(row))));
  return card;
}

function quoted(text, place, className, note) {
  return make("blockquote", className, text, make("small", "", [note, place].filter(Boolean).join(" · ")));
}

function expected(row) {
  const parts = [];
  if (row.kind === "unanswerable") parts.push(make("p", "", say("expected_refusal", { accepted: row.accepted.map((s) => say("status_" + s)).join(" / ") })));
  if (row.kind === "premise") parts.push(make("p", "hint", say("expected_premise")));
  for (const need of row.needs) need.any.forEach(([text, place], n) => parts.push(quoted((n ? say("or") + say("colon") : "") + text, place, need.met ? "yes" : "no", n ? "" : say(need.met ? "met" : "unmet"))));
  for (const [text, place] of row.also) parts.push(quoted(text, place, "", say("may")));
  if (row.reference) parts.push(make("p", "", say("reference") + say("colon") + row.reference));
  return parts.length ? parts : [make("p", "hint", say("no_evidence"))];
}

// in a comparison: what the run before showed
function earlierShown(row) {
  if (!row.before) return [];
  const quotes = given({ ...row, shown: row.before, text: "" });
  return [make("h4", "", say("before")), ...quotes];
}

function given(row) {
  if (!row.shown.length) return [make("p", "hint", row.text || say("no_quotes"))];
  const judged = row.needs.length > 0;
  return row.shown.map(([text, place, right, number, region]) =>
    quoted(text, `${region} ${number} ${place}`.trim(), judged ? (right ? "yes" : "no") : "", judged ? say(right ? "is_evidence" : "not_evidence") : ""),
  );
}

const groups = document.getElementById("groups");
if (groups && data.groups) drawGroups(groups, data.groups);
const questions = document.getElementById("questions");
if (questions && data.rows) drawQuestions(questions, data.rows);
for (const list of document.querySelectorAll("[data-rows]")) drawSome(list, data[list.dataset.rows] || []);
if (embedded) {
  const tell = () => window.parent.postMessage({ evaluation: "height", height: document.querySelector("main").offsetHeight + 8 }, "*");
  new ResizeObserver(tell).observe(document.querySelector("main"));
  tell();
}
