// Menus, dialogs, shortcuts, toasts. Everything here has a way without JavaScript.
"use strict";
(() => {
  const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const menus = "details.hs-menu, details.hs-filter";
  const WAIT = 1500; // milliseconds between g and the key of a page
  let began = 0;

  const closeMenus = (except) => {
    document.querySelectorAll(`:is(${menus})[open]`).forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  };
  const open = (dialog) => {
    if (dialog && !dialog.open) dialog.showModal();
  };
  const focusJump = () => {
    const box = document.getElementById("jump");
    if (box && box.offsetParent) {
      box.focus();
      box.select();
    } else {
      document.querySelector(".hs-mobile a")?.click();
    }
  };

  // single keys: off while typing, in a dialog, and where the profile says so
  const single = (event) => {
    if (began && event.timeStamp - began < WAIT) {
      began = 0;
      const page = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (page) page.click();
      return Boolean(page);
    }
    began = event.key === "g" ? event.timeStamp : 0;
    if (event.key === "/") focusJump();
    if (event.key === "?") open(document.getElementById("shortcuts"));
    return event.key === "/" || event.key === "?";
  };

  const escape = () => {
    const menu = document.querySelector(`:is(${menus})[open]`);
    closeMenus();
    if (menu) menu.querySelector("summary").focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      focusJump();
    } else if (event.key === "Escape") {
      escape();
    } else if (
      document.body.dataset.shortcuts === "on" && !event.ctrlKey && !event.metaKey && !event.altKey &&
      !event.repeat && !isTyping(event.target) && !document.querySelector("dialog[open]") && single(event)
    ) {
      event.preventDefault();
    }
  });

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest(menus));
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      open(dialog);
    }
    const closer = event.target.closest("[data-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
  });
  document.addEventListener("focusin", (event) => event.target.closest("[data-select]")?.select());

  // the browser knows its zone: offered, never filled in by itself
  const offerZone = () => {
    const box = document.querySelector("[data-zone]");
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!box || !zone || box.value === zone) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "hs-btn-link hs-meta" });
    button.textContent = `Use ${zone}, the zone of this browser`;
    button.addEventListener("click", () => {
      box.value = zone;
      button.remove();
      box.focus();
    });
    box.after(button);
  };
  document.addEventListener("DOMContentLoaded", offerZone);

  // a toast goes after five seconds, but not while somebody is about to undo
  const fade = (toast) => {
    const held = toast.matches(":hover") || toast.contains(document.activeElement);
    if (held) setTimeout(fade, 1000, toast);
    else toast.remove();
  };
  const fadeAll = () => {
    document.querySelectorAll("[data-toast]").forEach((toast) => {
      toast.removeAttribute("data-toast");
      setTimeout(fade, toast.classList.contains("hs-toast-error") ? 15000 : 5000, toast);
    });
  };
  document.addEventListener("DOMContentLoaded", fadeAll);
  document.addEventListener("htmx:afterSwap", fadeAll);
})();
