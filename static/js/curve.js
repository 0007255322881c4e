// The points of a curve's drawing as handles: dragged, or moved with the keyboard. They only write
// into the numbers below the drawing, and those are what the server reads.
"use strict";
(() => {
  const form = document.getElementById("draft-form");
  if (form.method !== "post") return;
  const plot = () => document.getElementById("curve-plot");
  const dots = () => [...(plot()?.querySelectorAll("[data-dot]") ?? [])];
  const plain = (value) => String(Number(value.toFixed(6)));
  const between = (value, low, high) => Math.min(Math.max(value, low), high);
  let dragged = null;
  let kept = null; // what had the focus before a part of the page was exchanged

  const frame = () => {
    const { code, low, high, unit } = plot().dataset;
    return { code, unit: unit || "", low: Number(low), high: Number(high) };
  };
  const input = (at, axis) => form.elements[`curves.${plot().dataset.code}.${at}.${axis}`];
  const anchors = () =>
    dots().map((_, at) => ["raw", "points"].map((axis) => Number.parseFloat(input(at, axis)?.value)));
  // a round part of the axis: one press moves a point about a hundredth of it
  const step = ({ low, high }) => 10 ** Math.floor(Math.log10((high - low) / 20));

  const say = (dot, [raw, points], at, count) => {
    const { unit } = frame();
    dot.setAttribute("aria-label", `Anchor ${at + 1} of ${count}`);
    dot.setAttribute("aria-valuenow", plain(points));
    dot.setAttribute("aria-valuetext", `${plain(raw)}${unit} gives ${plain(points)} points`);
  };

  const draw = () => {
    const { low, high } = frame();
    const found = anchors();
    if (!found.length || found.flat().some(Number.isNaN)) return;
    const x = (raw) => `${between((100 * (raw - low)) / (high - low), 0, 100)}%`;
    const y = (points) => `${100 - between(points, 0, 100)}%`;
    dots().forEach((dot, at) => {
      dot.setAttribute("cx", x(found[at][0]));
      dot.setAttribute("cy", y(found[at][1]));
      say(dot, found[at], at, found.length);
    });
    const whole = [[low, found[0][1]], ...found, [high, found.at(-1)[1]]];
    plot().querySelectorAll(".hs-curve-drawn line").forEach((line, at) => {
      [["x1", x(whole[at][0])], ["y1", y(whole[at][1])], ["x2", x(whole[at + 1][0])], ["y2", y(whole[at + 1][1])]].forEach(
        ([name, value]) => line.setAttribute(name, value),
      );
    });
  };

  // a point stays between its neighbours: raw values rise
  const put = (at, raw, points) => {
    const { low, high } = frame();
    const found = anchors();
    const least = step(frame()) / 10;
    const from = at ? found[at - 1][0] + least : low;
    const to = at < found.length - 1 ? found[at + 1][0] - least : high;
    input(at, "raw").value = plain(between(raw, Math.min(from, to), Math.max(from, to)));
    input(at, "points").value = plain(between(points, 0, 100));
    draw();
  };
  const tell = (at) => input(at, "points").dispatchEvent(new Event("input", { bubbles: true }));

  const press = (event) => {
    const dot = event.target.closest("[data-dot]");
    if (!dot || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = Number(dot.dataset.dot);
    const { code } = frame();
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      document.getElementById(`remove-${code}-${at}`)?.click();
      return;
    }
    const far = event.shiftKey ? 10 : 1;
    const by = { ArrowUp: [0, far], ArrowDown: [0, -far], ArrowRight: [far, 0], ArrowLeft: [-far, 0] }[event.key];
    if (!by) return;
    event.preventDefault();
    const [raw, points] = anchors()[at];
    put(at, raw + by[0] * step(frame()), points + by[1]);
    tell(at);
  };

  const drag = (event) => {
    if (dragged === null) return;
    const box = plot().querySelector("svg").getBoundingClientRect();
    const { low, high } = frame();
    const raw = low + ((event.clientX - box.left) / box.width) * (high - low);
    const fine = step(frame()) / 10;
    put(dragged, Math.round(raw / fine) * fine, Math.round(100 * (1 - (event.clientY - box.top) / box.height)));
  };

  const makeHandles = () => {
    plot()?.querySelector("svg")?.setAttribute("role", "group");
    dots().forEach((dot) => {
      Object.entries({ tabindex: "0", role: "slider", "aria-valuemin": "0", "aria-valuemax": "100", "aria-describedby": "curve-keys" }).forEach(
        ([name, value]) => dot.setAttribute(name, value),
      );
    });
  };

  const enhance = () => {
    makeHandles();
    if (!dots().length) return;
    document.querySelectorAll("#curve [data-scripted]").forEach((part) => (part.hidden = false));
    draw();
  };

  const restore = () => {
    if (!kept) return;
    const { dot, id } = kept;
    kept = null;
    if (document.activeElement !== document.body && document.activeElement) return;
    const found = dots();
    const next = dot === undefined ? document.getElementById(id) : found[Math.min(dot, found.length - 1)];
    (next || document.getElementById(`add-${plot().dataset.code}`))?.focus();
  };

  document.addEventListener("DOMContentLoaded", enhance);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (dragged !== null) event.detail.shouldSwap = false;
    const active = document.activeElement;
    const dot = active?.closest?.("#curve-plot [data-dot]");
    if (dot) kept = { dot: Number(dot.dataset.dot) };
    else if (active?.closest?.("#curve") && active.id) kept = { id: active.id };
  });
  // at once: a key that is pressed before the new part has settled is meant for it
  document.addEventListener("htmx:afterSwap", () => {
    makeHandles();
    restore();
  });
  document.addEventListener("htmx:afterSettle", enhance);
  form.addEventListener("keydown", press);
  form.addEventListener("input", (event) => {
    if (event.target.name?.startsWith(`curves.${plot()?.dataset.code}.`)) draw();
  });
  form.addEventListener("pointerdown", (event) => {
    const dot = event.target.closest("[data-dot]");
    if (!dot || event.button) return;
    event.preventDefault();
    dragged = Number(dot.dataset.dot);
    dot.focus();
    dot.setPointerCapture(event.pointerId);
  });
  form.addEventListener("pointermove", drag);
  const drop = () => {
    if (dragged === null) return;
    const at = dragged;
    dragged = null;
    tell(at);
  };
  form.addEventListener("pointerup", drop);
  form.addEventListener("pointercancel", drop);
})();
