// The weight editor: sliders, live totals, what each signal weighs. The server checks it all again.
"use strict";
(() => {
  const form = document.getElementById("draft-form");
  const all = (query, root = form) => [...root.querySelectorAll(query)];
  const number = (input) => Math.max(Number.parseFloat(input.value) || 0, 0);
  const plain = (value) => String(Math.round(value * 10) / 10);
  const stages = () => all("[data-pick-stage]").map((button) => button.dataset.pickStage);
  const weight = (stage, dimension) =>
    form.querySelector(`[data-stage="${stage}"] [data-weight="${dimension}"]`);

  const showTotal = (stage) => {
    const sum = all(`[data-stage="${stage}"] [data-weight]`).reduce((sum, input) => sum + number(input), 0);
    const row = form.querySelector(`.hs-weight-total[data-stage="${stage}"]`);
    const adds = Math.abs(sum - 100) < 1e-6;
    row.querySelector("[data-total]").textContent = plain(sum);
    const verdict = row.querySelector("[data-verdict]");
    verdict.textContent = adds ? "✓ Adds up" : `${plain(Math.abs(100 - sum))} ${sum < 100 ? "missing" : "too much"}`;
    verdict.className = adds ? "hs-green" : "hs-red";
  };

  const showShares = (stage) => {
    const shown = all(`[data-stage="${stage}"][data-share]`).filter((place) => "counts" in place.dataset);
    const inputs = shown.map((place) => form.querySelector(`[data-signal="${place.dataset.share}"]`));
    const inner = (dimension) =>
      inputs.filter((input) => input.dataset.dimension === dimension).reduce((sum, input) => sum + number(input), 0);
    shown.forEach((place, i) => {
      const { dimension } = inputs[i].dataset;
      const whole = inner(dimension);
      const share = whole ? (number(weight(stage, dimension)) * number(inputs[i])) / whole : 0;
      place.textContent = share ? `${share.toFixed(1)} %` : "–";
    });
  };

  const showChanges = () =>
    all("[data-was]").forEach((place) => {
      const input = place.parentElement.querySelector("[data-weight]");
      const now = document.createElement("b");
      now.textContent = input.value;
      const same = Number.parseFloat(input.value) === Number.parseFloat(place.dataset.was);
      place.replaceChildren(...(same ? ["–"] : [`${place.dataset.was} → `, now]));
    });

  const follow = () => {
    all("[data-slides]").forEach((slider) => {
      const now = number(document.getElementById(slider.dataset.slides));
      slider.value = now;
      slider.parentElement.querySelector(".hs-filled").setAttribute("width", `${Math.min((100 * now) / slider.max, 100)}%`);
      const tick = slider.parentElement.querySelector("[data-tick]");
      if (tick) tick.setAttribute("visibility", Number.parseFloat(tick.dataset.tick) === now ? "hidden" : "visible");
    });
    stages().forEach((stage) => (showTotal(stage), showShares(stage)));
    if (form.method === "post") showChanges();
  };

  const pickStage = (stage) => {
    all("[data-stage]").forEach((row) => (row.hidden = row.dataset.stage !== stage));
    all("[data-pick-stage]").forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.pickStage === stage)),
    );
    form.querySelector("[data-stage-field]").value = stage;
  };

  const pickTab = (tab) => {
    all("[data-tab]").forEach((part) => (part.hidden = part.dataset.tab !== tab));
    document.querySelectorAll("[data-pick-tab]").forEach((button) => {
      if (button.dataset.pickTab === tab) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    });
    document.querySelector("[data-tab-field]").value = tab;
    const address = new URL(window.location.href);
    address.searchParams.set("tab", tab);
    if (address.pathname.endsWith("/draft/")) return;
    window.history.replaceState(window.history.state, "", address);
  };

  const fold = (button) => {
    const group = button.closest("[data-dimension-group]");
    const open = group.classList.toggle("hs-open");
    all("[data-fold]", group).forEach((one) => one.setAttribute("aria-expanded", String(open)));
  };

  // what is missing is shared among the dimensions that are not locked, in proportion
  const spread = () => {
    const stage = form.querySelector("[data-stage-field]").value;
    const rows = all(`.hs-weight-dimension[data-stage="${stage}"]`);
    const free = rows.filter((row) => !row.querySelector("[data-lock]").checked).map((row) => row.querySelector("[data-weight]"));
    const sum = (inputs) => inputs.reduce((total, input) => total + number(input), 0);
    const rest = 100 - sum(rows.map((row) => row.querySelector("[data-weight]"))) + sum(free);
    if (!free.length || rest < 0) return;
    const total = sum(free);
    const units = free.map((input) => rest * 10 * (total ? number(input) / total : 1 / free.length));
    const whole = units.map(Math.floor);
    const order = units.map((unit, i) => [unit - whole[i], i]).sort((a, b) => b[0] - a[0]);
    const missing = Math.round(rest * 10) - whole.reduce((a, b) => a + b, 0);
    order.slice(0, missing).forEach(([, i]) => (whole[i] += 1));
    free.forEach((input, i) => (input.value = plain(whole[i] / 10)));
    free[0].dispatchEvent(new Event("input", { bubbles: true }));
  };

  const start = () => {
    document.documentElement.classList.add("hs-scripted");
    all("[data-slides]").forEach((slider) => (slider.hidden = false));
    all("[data-scripted]").forEach((part) => (part.hidden = false));
    document.querySelectorAll("dialog[open]").forEach((dialog) => (dialog.close(), dialog.showModal()));
    form.addEventListener("input", (event) => {
      const slider = event.target.closest("[data-slides]");
      if (slider) document.getElementById(slider.dataset.slides).value = slider.value;
      if (event.target.id === "signal") {
        all("[data-curve]").forEach((row) => (row.hidden = row.dataset.curve !== event.target.value));
        if (form.method === "get") form.submit();
      }
      follow();
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-pick-stage], [data-spread], [data-fold]");
      if (!button) return;
      event.preventDefault();
      if (button.dataset.pickStage) pickStage(button.dataset.pickStage);
      else if ("fold" in button.dataset) fold(button);
      else spread();
    });
    document.querySelectorAll("[data-pick-tab]").forEach((button) =>
      button.addEventListener("click", (event) => {
        event.preventDefault();
        pickTab(button.dataset.pickTab);
      }),
    );
    follow();
  };
  document.addEventListener("DOMContentLoaded", start);
})();
