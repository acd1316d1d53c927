"use strict";
// Two stacks beside each other. Every number here was written by the fits of hotlap: levels on log scale, their
// covariances, critical values. A ratio is exp(a - b), its interval that of the difference.
(() => {
  const data = JSON.parse(document.getElementById("pick-data").textContent);
  const selects = [...document.querySelectorAll("select[data-choice]")];
  const pages = [...document.getElementById("pick-pages").children];

  const spread = (fit, i, j) => { // rows hold what stands before them in their component
    const [high, low] = [Math.max(i, j), Math.min(i, j)];
    const place = fit.component.slice(0, low).filter((name) => name === fit.component[low]).length;
    const freedom = fit.own ? fit.own.freedom[high][place] : undefined;
    if (freedom !== undefined) return [fit.own.error[high][place], fit.t[freedom]];
    const { covariance } = fit;
    const variance = covariance[i].at(-1) + covariance[j].at(-1) - 2 * covariance[high][place];
    return [Math.sqrt(Math.max(variance, 0)), fit.t[fit.freedom[fit.component[i]]]];
  };

  const contrast = (fit, a, b) => {
    const [i, j] = [fit.stacks.indexOf(a), fit.stacks.indexOf(b)];
    if (i < 0 || j < 0 || fit.component[i] !== fit.component[j]) return null;
    const difference = fit.level[i] - fit.level[j];
    const [error, t] = spread(fit, i, j);
    const ratio = Math.exp(difference);
    if (t === undefined || Math.min(fit.blocks[i], fit.blocks[j]) < data.least_blocks) return { ratio };
    return { ratio, low: Math.exp(difference - t * error), high: Math.exp(difference + t * error) };
  };

  const verdict = (row, told) => {
    if (told.low === undefined) return "too few blocks to say";
    if (told.low > 1) return `higher ${row.noun}`;
    return told.high < 1 ? `lower ${row.noun}` : "no difference that could be told";
  };

  const cell = (tag, text, kind) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (tag === "th") made.scope = "row";
    if (kind) made.className = kind;
    return made;
  };

  const value = (texts, place, kind) => {
    const [text, detail, gap] = texts[place] || ["not planned", "", true];
    const made = cell("td", text, gap ? "gap" : kind);
    if (detail) made.append(" ", Object.assign(document.createElement("span"), { className: "interval", textContent: detail }));
    return made;
  };

  const absence = (row, a, b) => {
    const measured = [a, b].every((place) => row.texts[place] && !row.texts[place][2]);
    return measured ? "never measured together" : "not both have a value";
  };

  const ratios = (a, b, alike) => data.ratios.filter((row) => row.texts[a] || row.texts[b]).map((row) => {
    const line = document.createElement("tr");
    const told = contrast(alike ? row.within : row.across, a, b);
    line.append(cell("th", row.asked), cell("td", row.measured), value(row.texts, a, "number"), value(row.texts, b, "number"));
    if (!told) {
      line.append(cell("td", absence(row, a, b), "gap"), cell("td", "–"));
      return line;
    }
    const interval = told.low === undefined ? "(too few blocks for an interval)" : `(${told.low.toFixed(2)}–${told.high.toFixed(2)})`;
    const shown = value([[`${told.ratio.toFixed(2)}×`, interval, false]], 0, "number");
    Object.assign(shown.dataset, { key: told.ratio, low: told.low ?? "", high: told.high ?? "", row: row.name });
    line.append(shown, cell("td", verdict(row, told)));
    return line;
  });

  const beside = (a, b) => data.beside.filter((row) => row.texts[a] || row.texts[b]).map((row) => {
    const line = document.createElement("tr");
    line.append(cell("th", row.about), cell("td", row.what), value(row.texts, a), value(row.texts, b));
    return line;
  });

  const note = (a, b, alike) => {
    if (a === b) return "Both are the same stack: choose two.";
    if (alike) return "Both are on the same server variant: what differs is the framework.";
    return "Stack against stack: they differ in the server or its interface too, so a ratio says nothing of the frameworks alone.";
  };

  const show = () => {
    const [a, b] = selects.map((select) => select.selectedIndex);
    const [first, second] = [data.stacks[a], data.stacks[b]];
    const alike = first.variant === second.variant;
    document.getElementById("pick-title").textContent =
      `${first.name} and ${second.name}: ${alike ? "on the same server" : "stack against stack"}`;
    document.getElementById("pick-note").textContent = note(a, b, alike);
    pages.forEach((link, place) => { link.hidden = place !== a && place !== b; });
    document.querySelector("#pick-ratios tbody").replaceChildren(...(a === b ? [] : ratios(a, b, alike)));
    document.querySelector("#pick-beside tbody").replaceChildren(...beside(a, b));
  };

  document.getElementById("pick-view").hidden = false;
  for (const select of selects) select.addEventListener("change", show);
  addEventListener("hashchange", show);
  show();
})();
