// A file that is too large is told at once; the server checks again.
"use strict";
(() => {
  const form = document.querySelector("[data-largest]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const problem = document.getElementById("file-problem");
  input.addEventListener("change", () => {
    const largest = Number(form.dataset.largest);
    const file = input.files[0];
    const isLarge = Boolean(file) && file.size > largest * 1e6;
    problem.textContent = isLarge ? `${Math.ceil(file.size / 1e6)} MB; at most ${largest} MB are taken.` : "";
    input.toggleAttribute("aria-invalid", isLarge);
    input.setCustomValidity(isLarge ? problem.textContent : "");
  });
})();
