// Draws every [data-chart]: its figure stands in the JSON script whose id the attribute names.
// Colours arrive as var(--hs-…) and are resolved here, so that a chart follows the theme.
"use strict";
(() => {
  const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false };
  const NARROW = window.matchMedia("(max-width: 767px)");

  const resolve = (value, style) => {
    if (typeof value === "string") {
      const name = /^var\((--hs-[\w-]+)\)$/.exec(value);
      return name ? style.getPropertyValue(name[1]).trim() : value;
    }
    if (Array.isArray(value)) return value.map((item) => resolve(item, style));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, style)]));
    }
    return value;
  };

  // below 768 px the labels of events would collide: only their markers stay
  const fitted = (layout) =>
    NARROW.matches
      ? { ...layout, annotations: (layout.annotations || []).filter((label) => label.xref === "paper") }
      : layout;

  // a mark leads to a page of ours, or nowhere
  const follow = (address) => {
    if (/^\/(?!\/)/.test(address)) window.location.assign(address);
  };

  // all marks of a chart from left to right, and the one that the keys have come to
  const marks = (place) =>
    place.data
      .flatMap((trace, curveNumber) => trace.x.map((x, pointNumber) => ({ x, curveNumber, pointNumber })))
      .sort((one, other) => one.x - other.x);
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

  const walk = (event) => {
    const place = event.currentTarget;
    const found = marks(place);
    if (event.key === "Enter" && found[place.mark]) {
      const { curveNumber, pointNumber } = found[place.mark];
      follow(place.data[curveNumber].customdata[pointNumber]);
    }
    if (!(event.key in STEPS) || event.altKey || event.ctrlKey || event.metaKey || !found.length) return;
    event.preventDefault();
    const first = event.key === "ArrowRight" || event.key === "ArrowDown" ? 0 : found.length - 1;
    const next = "mark" in place ? place.mark + STEPS[event.key] : first;
    place.mark = Math.min(Math.max(next, 0), found.length - 1);
    const { curveNumber, pointNumber } = found[place.mark];
    window.Plotly.Fx.hover(place, [{ curveNumber, pointNumber }]);
    const says = place.parentElement.querySelector("[data-mark]");
    says.textContent = new DOMParser().parseFromString(place.data[curveNumber].hovertext[pointNumber], "text/html").body.textContent;
  };

  const draw = (place) => {
    const source = document.getElementById(place.dataset.chart);
    if (!source || !window.Plotly || !place.offsetParent) return;
    const figure = JSON.parse(source.textContent);
    const { data, layout } = resolve(figure, getComputedStyle(document.documentElement));
    window.Plotly.react(place, data, fitted(layout), CONFIG);
    if ("links" in place.dataset && !place.linked) {
      place.linked = true;
      place.on("plotly_click", ({ points }) => follow(points[0].customdata));
      place.addEventListener("keydown", walk);
    }
  };

  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);

  document.addEventListener("DOMContentLoaded", all);
  NARROW.addEventListener("change", all);
  document.addEventListener("htmx:beforeSwap", (event) =>
    event.target.querySelectorAll("[data-chart]").forEach((place) => window.Plotly?.purge(place)),
  );
  document.addEventListener("htmx:afterSettle", all);
  new MutationObserver(all).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
