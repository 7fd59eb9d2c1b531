// The explorer: one view at a time of the run `interactions`, drawn from the numbers in the page.
// Until it has drawn, the page shows a static picture. Nothing is fetched and nothing moves.
(() => {
  "use strict";

  const root = document.getElementById("explorer");
  const source = document.getElementById("explorer-data");
  if (!root || !source) return;
  const data = JSON.parse(source.textContent);

  // ------------------------------------------------------------------------------------ the grid

  // In the order of mtlpaper/chapters/interactions/fragments.py; `key` stands in the address.
  const AXES = [
    { name: "n_train", key: "N", letter: "N", index: "", meaning: "training points of each task" },
    { name: "S_A", key: "SA", letter: "S", index: "A", meaning: "singular value of A's teacher" },
    { name: "S_B", key: "SB", letter: "S", index: "B", meaning: "singular value of B's teacher" },
    { name: "r_AB", key: "r", letter: "r", index: "AB", meaning: "relatedness of A and B" },
  ];
  const axisOf = Object.fromEntries(AXES.map((axis) => [axis.name, axis]));
  const finite = (values) => values.filter((value) => value !== null);

  // Where a place on the grid, {n_train: 0, S_A: 2, …}, stands in a flat list over these axes.
  const flat = (place, axes = AXES) =>
    axes.reduce((index, { name }) => index * data[name].length + place[name], 0);

  function cellAt(place) {
    const i = flat(place);
    const at = ({ estimate, low, high }) => ({ mean: estimate[i], low: low[i], high: high[i] });
    return { ...at(data.MT), theory: data.MT_theory[i], published: at(data.MT_published) };
  }

  // The first view is that of the largest benefit, for there is something to see.
  function largest() {
    let rest = data.MT.estimate.indexOf(Math.max(...finite(data.MT.estimate)));
    const place = {};
    for (const { name } of [...AXES].reverse()) {
      place[name] = Math.max(rest, 0) % data[name].length;
      rest = Math.floor(rest / data[name].length);
    }
    return place;
  }

  const place = largest();
  let fit = false;

  const curve = () => data.r_AB.map((_, r_AB) => cellAt({ ...place, r_AB }));
  const everything = [data.MT, data.MT_published].flatMap(Object.values)
    .concat([data.MT_theory]).flat();
  const strongest = Math.max(...finite(data.MT.estimate).map(Math.abs), 1e-6);

  // ------------------------------------------------------------------------------------ the words

  const plain = (value) => String(Number(value.toPrecision(Number.isInteger(value) ? 15 : 4)));
  const value = (name) => plain(data[name][place[name]]);
  const html = ({ letter, index }) => `<i>${letter}</i>${index && `<sub>${index}</sub>`}`;
  const drawn = ({ letter, index }) =>
    `<tspan class="letter">${letter}</tspan><tspan class="index" dy="3">${index}</tspan>`;

  function fixed(number, digits) {
    return number === null ? "no value" : number.toFixed(digits).replace("-", "−");
  }

  function signed(number, digits = 3) {
    const text = fixed(number, digits);
    if (number === null) return text;
    if (Number(number.toFixed(digits)) === 0) return text.replace("−", "");
    return number > 0 ? `+${text}` : text;
  }

  const between = ({ low, high }) =>
    low === null || high === null ? "no value" : `${signed(low)} to ${signed(high)}`;

  function reading() {
    const cell = cellAt(place);
    const where = AXES.map((axis) => `${html(axis)} = ${value(axis.name)}`).join(", ");
    const [mean, low, high] = ["estimate", "low", "high"].map((bound) =>
      fixed(data.L_single[bound][flat(place, AXES.slice(0, 2))], 3));
    return `<strong>${where}:</strong> MT = <strong>${signed(cell.mean)}</strong> ` +
      `(${between(cell)}), published ${signed(cell.published.mean)} ` +
      `(${between(cell.published)}), theory ${signed(cell.theory)} nats. ` +
      `The single-task student's loss is ${mean} (${low} to ${high}) nats.`;
  }

  function numbers() {
    const rows = curve().map((cell, i) =>
      `<tr><th scope="row">${plain(data.r_AB[i])}</th>` +
      [cell, cell.published].map((one) =>
        `<td>${signed(one.mean)}</td><td>${between(one)}</td>`).join("") +
      `<td>${signed(cell.theory)}</td></tr>`);
    const titles = ["MT, nats", "95 % interval", "published", "95 % interval", "theory"];
    return `<thead><tr><th scope="col">${html(axisOf.r_AB)}</th>` +
      `${titles.map((title) => `<th scope="col">${title}</th>`).join("")}</tr></thead>` +
      `<tbody>${rows.join("")}</tbody>`;
  }

  // ------------------------------------------------------------------------------------- the plot

  const tag = (name, attributes, content = "") =>
    `<${name} ${Object.entries(attributes).map(([key, text]) => `${key}="${text}"`).join(" ")}>` +
    `${content}</${name}>`;
  const line = (kind, x1, y1, x2, y2) => tag("line", { class: kind, x1, y1, x2, y2 });
  const write = (kind, x, y, content) => tag("text", { class: kind, x, y }, content);
  const diamond = (x, y, r) =>
    tag("path", { class: "theirs", d: `M${x - r},${y}l${r},${-r}l${r},${r}l${-r},${r}z` });
  const point = (cx, cy, r) => tag("circle", { class: "point", cx, cy, r });
  const picture = (width, height, label, content) =>
    tag("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
      "aria-label": label }, content);

  function scaleOf(values) {
    const known = [0, ...finite(values)];
    const [least, most] = [Math.min(...known), Math.max(...known)];
    const air = 0.06 * (most - least) || 0.01;
    return [least - air, most + air];
  }

  // Round numbers within a range: steps of 1, 2 or 5 times a power of ten, at most seven of them.
  function ticks([least, most]) {
    const power = 10 ** Math.floor(Math.log10((most - least) / 7));
    const step = [1, 2, 5, 10].map((n) => n * power).find((s) => (most - least) / s <= 7);
    const first = Math.ceil(least / step);
    const count = Math.floor(most / step) - first + 1;
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return Array.from({ length: count }, (_, i) => ({ at: (first + i) * step, digits }));
  }

  function axes(x, y, range, { left, right, top, bottom }) {
    const across = ticks(range).map(({ at, digits }) =>
      line(Math.abs(at) < 1e-12 ? "zero" : "grid", left, y(at), right, y(at)) +
      write("tick end", left - 8, y(at) + 4, signed(at, digits)));
    const along = [0, 0.25, 0.5, 0.75, 1].map((r) =>
      line("axis", x(r), bottom, x(r), bottom + 5) + write("tick middle", x(r), bottom + 20, r));
    return across.join("") + along.join("") + line("axis", left, bottom, right, bottom) +
      write("name middle", (left + right) / 2, bottom + 42, `relatedness ${drawn(axisOf.r_AB)}`) +
      tag("g", { transform: `translate(13 ${(top + bottom) / 2}) rotate(-90)` },
        write("name middle", 0, 0, "benefit MT, nats"));
  }

  const path = (kind, points) => {
    const known = points.filter(([, y]) => y !== null);
    return known.length ? tag("path", { class: kind, d: `M${known.join("L")}` }) : "";
  };

  function mean(cell, x, y, marker, kind, radius) {
    if (cell.mean === null) return "";
    const bar = cell.low === null || cell.high === null ? "" :
      line(kind, x, y(cell.low), x, y(cell.high)) +
      [cell.low, cell.high].map((end) => line(kind, x - 4, y(end), x + 4, y(end))).join("");
    return bar + marker(x, y(cell.mean), radius);
  }

  function plot(width) {
    const height = Math.round(Math.min(380, Math.max(270, 0.52 * width)));
    const box = { left: 62, right: width - 8, top: 6, bottom: height - 54 };
    const cells = curve();
    const shown = cells.flatMap((cell) => [cell, cell.published].flatMap(
      ({ mean, low, high }) => [mean, low, high]).concat(cell.theory));
    const range = scaleOf(fit ? shown : everything);
    const x = (r) => box.left + 16 + r * (box.right - box.left - 32);
    const y = (mt) => mt === null ? null :
      box.bottom - ((mt - range[0]) / (range[1] - range[0])) * (box.bottom - box.top);
    const xs = data.r_AB.map(x);
    const at = xs[place.r_AB];
    return picture(width, height,
      "Benefit against relatedness for this view; its numbers are in the table below",
      line("chosen", at, box.top, at, box.bottom) + axes(x, y, range, box) +
      path("between", cells.map((cell, i) => [xs[i], y(cell.mean)])) +
      path("theory", cells.map((cell, i) => [xs[i], y(cell.theory)])) +
      cells.map(({ theory }, i) => theory === null ? "" :
        tag("circle", { class: "solved", cx: xs[i], cy: y(theory), r: 3 })).join("") +
      cells.map((cell, i) => {
        const grown = i === place.r_AB ? 2 : 0;
        return mean(cell.published, xs[i] + 10, y, diamond, "bar theirs", 5 + grown) +
          mean(cell, xs[i], y, point, "bar", 4.5 + grown);
      }).join("") +
      xs.map((centre, i) => target(i, xs, box, centre)).join(""));
  }

  // What a finger or mouse hits: the strip halfway to the neighbours.
  function target(i, xs, { left, right, top, bottom }, centre) {
    const from = i ? (xs[i - 1] + centre) / 2 : left;
    const to = i < xs.length - 1 ? (xs[i + 1] + centre) / 2 : right;
    const area = { x: from, y: top, width: to - from, height: bottom - top };
    return tag("rect", { class: "target", ...area, "data-place": `r_AB:${i}` });
  }

  // ------------------------------------------------------------------------------------- the maps

  const MAPS = [["S_B", "r_AB"], ["S_A", "n_train"]];

  function map([rows, columns], width) {
    const box = { left: 60, right: width - 2, top: 6, row: 32 };
    const step = (box.right - box.left) / data[columns].length;
    const bottom = box.top + box.row * data[rows].length;
    const squares = data[rows].flatMap((_, i) => data[columns].map((_, j) =>
      square({ [rows]: i, [columns]: j },
        box.left + j * step, bottom - (i + 1) * box.row, step, box.row)));
    const labels = data[rows].map((tick, i) =>
      write("tick end", box.left - 6, bottom - (i + 0.5) * box.row + 4, plain(tick)));
    const every = Math.ceil(30 / step); // of many columns not all have room for a label
    const below = data[columns].map((tick, j) => j % every ? "" :
      write("tick middle", box.left + (j + 0.5) * step, bottom + 16, plain(tick)));
    const x = box.left + place[columns] * step;
    const frame = { x, y: bottom - (place[rows] + 1) * box.row, width: step, height: box.row };
    return picture(width, bottom + 40, `Measured benefit over ${rows} and ${columns}`,
      [...squares, tag("rect", { class: "frame", ...frame }), ...labels, ...below].join("") +
      write("name", 4, bottom + 16, drawn(axisOf[rows])) +
      write("name middle", (box.left + box.right) / 2, bottom + 34, drawn(axisOf[columns])));
  }

  function square(moved, x, y, width, height) {
    const { mean, low, high } = cellAt({ ...place, ...moved });
    const strength = mean === null ? 0 : Math.abs(mean) / strongest;
    // Ground and ink trade places where their contrast turns: sooner in the dark.
    const ink = ["", "strong", "strong full"][(strength > 0.62) + (strength > 0.85)];
    const kind = `middle ${ink} ${low > 0 || high < 0 ? "clear" : ""}`;
    const digits = strongest < 0.05 ? 3 : 2;
    const text = width < 40 || mean === null ? "" :
      write(kind, x + width / 2, y + height / 2 + 4, signed(mean, digits));
    const where = Object.entries(moved).map((pair) => pair.join(":")).join(" ");
    const fill = { class: mean < 0 ? "minus" : "plus", "fill-opacity": strength.toFixed(3) };
    return tag("rect", { x, y, width, height, ...fill, "data-place": where }) + text;
  }

  function mapTitle(pair) {
    const held = AXES.filter(({ name }) => !pair.includes(name));
    return `MT at ${held.map((axis) => `${html(axis)} = ${value(axis.name)}`).join(", ")}`;
  }

  // --------------------------------------------------------------------------------- the controls

  const sample = (content) =>
    `<svg viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">${content}</svg>`;
  const slider = (axis) => `<div class="explorer-slider">
    <label for="explorer-${axis.key}">${html(axis)} = <b></b> <span>${axis.meaning}</span></label>
    <input type="range" id="explorer-${axis.key}" data-axis="${axis.name}" min="0" step="1"
      max="${data[axis.name].length - 1}" ${data[axis.name].length > 1 ? "" : "disabled"}></div>`;

  root.innerHTML = `
    <div class="explorer-controls" role="group" aria-label="View">${AXES.map(slider).join("")}</div>
    <label class="explorer-fit"><input type="checkbox"> Fit the scale to this view, not to
      all</label>
    <p class="explorer-reading" aria-live="polite"></p>
    <p class="explorer-legend"><span>${sample(line("bar", 14, 0, 14, 16) + point(14, 8, 4.5))}
      measured, 95 % interval</span>
      <span>${sample(line("bar theirs", 14, 0, 14, 16) + diamond(14, 8, 5))}
      published, 95 % interval</span> <span>${sample(path("theory", [[0, 8], [28, 8]]))}
      theory (T 7b)</span></p>
    <div class="explorer-plot"></div>
    <p class="explorer-hint">Click a point or a square to go there.</p>
    <div class="explorer-maps">${MAPS.map(() => "<div><p></p><div></div></div>").join("")}</div>
    <details><summary>Numbers of this view</summary>
      <div class="pst-scrollable-table-container"><table class="table"></table></div></details>`;
  const find = (selector) => root.querySelector(selector);
  const sliders = [...root.querySelectorAll("[data-axis]")];
  const fitBox = find(".explorer-fit input");

  function draw() {
    const canvas = find(".explorer-plot");
    canvas.innerHTML = plot(Math.max(260, canvas.clientWidth));
    root.querySelectorAll(".explorer-maps > div").forEach((element, i) => {
      element.firstElementChild.innerHTML = mapTitle(MAPS[i]);
      element.lastElementChild.innerHTML = map(MAPS[i], Math.max(260, element.clientWidth));
    });
  }

  function show() {
    for (const input of sliders) {
      const axis = axisOf[input.dataset.axis];
      input.value = place[axis.name];
      input.setAttribute("aria-valuetext", value(axis.name));
      find(`label[for="${input.id}"] b`).textContent = value(axis.name);
    }
    fitBox.checked = fit;
    find(".explorer-reading").innerHTML = reading();
    find("table").innerHTML = numbers();
    draw();
  }

  // ---------------------------------------------------------------------------------- the address

  // #N=800&SA=1&SB=10&r=1&scale=fit; a value off the grid means the nearest one on it.
  function readAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const { name, key } of AXES) {
      const wanted = asked.get(key) ? Number(asked.get(key)) : NaN;
      if (!Number.isFinite(wanted)) continue;
      const off = data[name].map((tick) => Math.abs(tick - wanted));
      place[name] = off.indexOf(Math.min(...off));
    }
    if (AXES.some(({ key }) => asked.has(key))) fit = asked.get("scale") === "fit";
  }

  function writeAddress() {
    const said = AXES.map(({ name, key }) => `${key}=${data[name][place[name]]}`);
    if (fit) said.push("scale=fit");
    history.replaceState(history.state, "", `#${said.join("&")}`);
  }

  // ------------------------------------------------------------------------------------- at work

  for (const input of sliders) {
    input.addEventListener("input", () => {
      place[input.dataset.axis] = Number(input.value);
      show();
    });
    input.addEventListener("change", writeAddress); // once a move ends: browsers ration this
  }
  fitBox.addEventListener("change", () => {
    fit = fitBox.checked;
    show();
    writeAddress();
  });
  root.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-place]");
    if (!hit) return;
    for (const pair of hit.dataset.place.split(" ")) {
      const [name, index] = pair.split(":");
      place[name] = Number(index);
    }
    show();
    writeAddress();
  });
  window.addEventListener("hashchange", () => {
    readAddress();
    show();
  });

  readAddress();
  show();
  document.documentElement.classList.add("explorer-drawn"); // hides the static picture
  let width = root.clientWidth;
  new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    draw();
  }).observe(root);
})();
