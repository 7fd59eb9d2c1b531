// Eq. (3), tau ds/dt = 2 s (drive - s g(s)), integrated in the page for a teacher of rank one.
// Until it has drawn, the page shows a static picture. Nothing is fetched and nothing moves.
(() => {
  "use strict";

  const root = document.getElementById("equation3");
  if (!root) return;

  // ---------------------------------------------------------------------------------- the equation

  const T_END = 20;
  const N_STEPS = 800;
  const TIMES = [0, 5, 10, 15, 20];

  // Left singular vector: entries in equal steps about zero, of length one.
  function vector(N3) {
    const u = Array.from({ length: N3 }, (_, c) => c - (N3 - 1) / 2);
    const length = Math.hypot(...u);
    return u.map((entry) => entry / length);
  }

  const spread = (u) => u[u.length - 1] - u[0];

  // The mean over a standard normal h of s times the variance of u under softmax(h s u), (T 2). The
  // sum over h is as fine as needed for ten digits, see mtlpaper/gibbs/rank_one.py.
  function decay(s, u) {
    const step = Math.min(0.3, 0.25 * Math.PI / (s * spread(u)));
    let [total, mass] = [0, 0];
    for (let h = 0; h <= 9; h += step) {
      const weight = Math.exp(-h * h / 2) * (h ? 2 : 1);
      let [z, first, second] = [0, 0, 0];
      for (const entry of u) {
        const p = Math.exp(h * s * (entry - u[u.length - 1]));
        z += p;
        first += p * entry;
        second += p * entry * entry;
      }
      total += weight * (second / z - (first / z) ** 2);
      mass += weight;
    }
    return s * total / mass;
  }

  // Fourth-order Runge and Kutta; returns s at N_STEPS + 1 times from 0 to T_END.
  function solve({ N3, sHat, s0, labels }) {
    const u = vector(N3);
    const drive = labels === "soft" ? decay(sHat, u) : spread(u) / Math.sqrt(2 * Math.PI);
    const slope = (s) => 2 * s * (drive - decay(s, u));
    const dt = T_END / N_STEPS;
    const path = [s0];
    for (let i = 0; i < N_STEPS; i += 1) {
      const s = path[i];
      const a = slope(s);
      const b = slope(s + dt / 2 * a);
      const c = slope(s + dt / 2 * b);
      path.push(s + dt / 6 * (a + 2 * b + 2 * c + slope(s + dt * c)));
    }
    return path;
  }

  // --------------------------------------------------------------------------------- the controls

  const AXES = {
    N3: { name: "<i>N</i><sub>3</sub>", meaning: "classes", values: [2, 3, 5, 10, 20, 50], at: 2 },
    sHat: { name: "<i>ŝ</i>", meaning: "singular value of the teacher", values: steps(0.5, 5), at: 25 },
    s0: { name: "<i>s</i>(0)", meaning: "where the student starts", values: steps(0.1, 3), at: 0 },
  };

  function steps(first, last) {
    const count = Math.round((last - first) / 0.1) + 1;
    return Array.from({ length: count }, (_, i) => Math.round(10 * first + i) / 10);
  }

  root.innerHTML = `
    <div class="explorer-controls" role="group" aria-label="Parameters">
      ${Object.entries(AXES).map(([key, { name, meaning, values, at }]) => `
        <div class="explorer-slider">
          <label for="equation3-${key}">${name} = <b></b> <span>${meaning}</span></label>
          <input type="range" id="equation3-${key}" min="0" max="${values.length - 1}" value="${at}">
        </div>`).join("")}
      <div class="explorer-slider">
        <label for="equation3-labels">labels</label>
        <select id="equation3-labels"><option value="soft">soft: the teacher's probabilities</option>
          <option value="argmax">argmax: its most probable class</option></select>
      </div>
    </div>
    <p class="explorer-reading" aria-live="polite"></p>
    <div class="explorer-plot"></div>
    <details><summary>Numbers</summary><table class="table"></table></details>`;
  const find = (selector) => root.querySelector(selector);
  const inputs = [...root.querySelectorAll("input, select")];

  function chosen() {
    const set = Object.entries(AXES).map(([key, { values }]) =>
      [key, values[Number(find(`#equation3-${key}`).value)]]);
    return { ...Object.fromEntries(set), labels: find("#equation3-labels").value };
  }

  // ------------------------------------------------------------------------------------- the plot

  function plot(path, { sHat, labels }, width) {
    const height = Math.round(Math.min(360, Math.max(250, 0.5 * width)));
    const box = { left: 48, right: width - 10, top: 10, bottom: height - 46 };
    const most = 1.1 * Math.max(...path, labels === "soft" ? sHat : 0);
    const x = (t) => box.left + t / T_END * (box.right - box.left);
    const y = (s) => box.bottom - s / most * (box.bottom - box.top);
    const line = (kind, x1, y1, x2, y2) =>
      `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
    const text = (kind, at, down, words) => `<text class="${kind}" x="${at}" y="${down}">${words}</text>`;
    const unit = [0.2, 0.5, 1, 2, 5].find((one) => most / one <= 6);
    const levels = Array.from({ length: Math.floor(most / unit) + 1 }, (_, i) => i * unit);
    const points = path.map((s, i) => `${x(i / N_STEPS * T_END).toFixed(1)},${y(s).toFixed(1)}`);
    return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"
      aria-label="Singular value of the student over time; its numbers are in the table below">` +
      levels.map((s) => line("grid", box.left, y(s), box.right, y(s)) +
        text("tick end", box.left - 8, y(s) + 4, Number(s.toFixed(1)))).join("") +
      TIMES.map((t) => text("tick middle", x(t), box.bottom + 20, t)).join("") +
      line("axis", box.left, box.bottom, box.right, box.bottom) +
      (labels === "soft" ? `<path class="theory" d="M${box.left},${y(sHat)}H${box.right}"/>` : "") +
      `<path class="curve" d="M${points.join("L")}"/>` +
      text("name middle", (box.left + box.right) / 2, height - 6, "time t/τ") +
      text("name", 4, 14, "s") + "</svg>";
  }

  function show() {
    const given = chosen();
    const path = solve(given);
    for (const [key] of Object.entries(AXES)) {
      find(`label[for="equation3-${key}"] b`).textContent = given[key];
      find(`#equation3-${key}`).setAttribute("aria-valuetext", given[key]);
    }
    const end = given.labels === "soft"
      ? `It tends to the teacher's <i>ŝ</i> = ${given.sHat}, the dashed line.`
      : "It never stops, and <i>ŝ</i> does not matter.";
    find(".explorer-reading").innerHTML = `From <i>s</i>(0) = ${given.s0} the student's singular ` +
      `value comes to <strong>${path[N_STEPS].toFixed(3)}</strong> at <i>t</i> = ${T_END} τ. ${end}`;
    find("table").innerHTML = `<thead><tr><th scope="col"><i>t</i>/τ</th><th scope="col"><i>s</i></th>` +
      `</tr></thead><tbody>${TIMES.map((t) => `<tr><th scope="row">${t}</th>` +
        `<td>${path[t / T_END * N_STEPS].toFixed(6)}</td></tr>`).join("")}</tbody>`;
    const canvas = find(".explorer-plot");
    canvas.innerHTML = plot(path, given, Math.max(260, canvas.clientWidth));
  }

  for (const input of inputs) input.addEventListener("input", show);
  show();
  document.documentElement.classList.add("explorer-drawn"); // hides the static picture
  let width = root.clientWidth;
  new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    show();
  }).observe(root);
})();
