// Draws every [data-chart]: its figure stands in the JSON script whose id the attribute names.
// Colours arrive as var(--hs-…) and are resolved here, so that a chart follows the theme.
"use strict";
(() => {
  const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false };

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

  const narrow = (layout) => {
    // below 768 px labels of events would collide: only their markers stay
    if (window.innerWidth >= 768) return layout;
    const annotations = (layout.annotations || []).filter((label) => label.xref === "paper");
    const angle = layout.xaxis && layout.xaxis.ticktext ? { tickangle: -60, automargin: true } : {};
    return { ...layout, annotations, xaxis: { ...layout.xaxis, ...angle } };
  };

  const draw = (place) => {
    const source = document.getElementById(place.dataset.chart);
    if (!source || !window.Plotly) return;
    const figure = JSON.parse(source.textContent);
    const { data, layout } = resolve(figure, getComputedStyle(document.documentElement));
    window.Plotly.react(place, data, narrow(layout), CONFIG);
  };

  const all = (root) => root.querySelectorAll("[data-chart]").forEach(draw);

  document.addEventListener("DOMContentLoaded", () => all(document));
  document.addEventListener("htmx:afterSwap", (event) => all(event.target.parentElement || document));
  new MutationObserver(() => all(document)).observe(document.documentElement, {
    attributeFilter: ["data-bs-theme"],
  });
})();
