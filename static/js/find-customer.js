// A box that finds a customer from any page of the admin: Ctrl + K, or the menu.
(() => {
  const SHORTEST = 2;
  const PAUSE = 80;

  function start() {
    const box = document.getElementById("find-customer");
    if (!box) return;
    const input = box.querySelector("input");
    const list = box.querySelector("[role=listbox]");
    const state = box.querySelector("[role=status]");
    let timer, asked, shownFor, chosen, waiting;

    function open() {
      if (box.open) return;
      input.value = "";
      show([], "");
      box.showModal();
      input.focus();
    }

    function choose(option) {
      chosen?.setAttribute("aria-selected", "false");
      chosen = option;
      chosen?.setAttribute("aria-selected", "true");
      chosen?.scrollIntoView({ block: "nearest" });
      if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
      else input.removeAttribute("aria-activedescendant");
    }

    function optionOf(customer, number) {
      const option = document.createElement("li");
      Object.assign(option, { id: `find-customer-${number}`, className: "find__customer" });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      Object.assign(option.dataset, { open: customer.profile, log: customer.log });
      for (const [name, text] of [["name", customer.name], ["contact", customer.contact]]) {
        const part = document.createElement("span");
        Object.assign(part, { className: `find__${name}`, textContent: text });
        option.append(part);
      }
      return option;
    }

    function show(customers, text) {
      shownFor = text;
      list.replaceChildren(...customers.map(optionOf));
      input.setAttribute("aria-expanded", String(customers.length > 0));
      state.textContent = !customers.length && text.length >= SHORTEST ? box.dataset.none : "";
      choose(list.firstElementChild);
      if (waiting && chosen) go(waiting);
      waiting = null;
    }

    function go(where) {
      const text = input.value.trim();
      // Whoever types fast presses Enter before the answer is there: it is done when it comes.
      if (text !== shownFor) waiting = where;
      else if (chosen) window.location.assign(chosen.dataset[where]);
    }

    async function find() {
      const text = input.value.trim();
      asked?.abort();
      if (text.length < SHORTEST) {
        show([], text);
        return;
      }
      asked = new AbortController();
      try {
        const answer = await fetch(`${box.dataset.url}?q=${encodeURIComponent(text)}`, { signal: asked.signal });
        if (!answer.ok) throw new Error(answer.status);
        show((await answer.json()).customers, text);
      } catch (error) {
        if (error.name === "AbortError") return;
        waiting = null;
        state.textContent = box.dataset.failed;
      }
    }

    input.addEventListener("input", () => {
      waiting = null;
      clearTimeout(timer);
      timer = setTimeout(find, PAUSE);
    });
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (step) choose(chosen?.[step] || chosen);
      else if (event.key === "Enter") go(event.shiftKey ? "log" : "open");
      else return;
      event.preventDefault();
    });
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) window.location.assign(option.dataset.open);
    });
    // A click beside the box closes it.
    box.addEventListener("click", (event) => {
      if (event.target === box) box.close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      open();
    });
    document.addEventListener(
      "click",
      (event) => {
        if (!event.target.closest("[data-find-customer]")) return;
        event.preventDefault();
        event.stopPropagation();
        open();
      },
      true,
    );
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
