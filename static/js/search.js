// Suggestions while somebody types into a search box: a combobox with a list, after the ARIA pattern. site.js loads it when a box is entered.
const SHORTEST = 2;
const PAUSE = 150;

export default function suggest(form) {
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector("[role=listbox]");
  const box = list.parentElement;
  const state = form.querySelector("[role=status]");
  let timer, asked, chosen;

  Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  }).forEach(([name, value]) => input.setAttribute(name, value));

  function choose(option) {
    chosen?.setAttribute("aria-selected", "false");
    chosen = option;
    chosen?.setAttribute("aria-selected", "true");
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function open(is) {
    box.hidden = !is;
    input.setAttribute("aria-expanded", String(is));
    if (!is) choose(null);
  }

  function optionOf({ name, kind, url }, number) {
    const option = document.createElement("li");
    Object.assign(option, { id: `${list.id}-${number}`, className: "search__option" });
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.url = url;
    for (const [part, text] of [["name", name], ["kind", kind]]) {
      const words = document.createElement("span");
      Object.assign(words, { className: `search__${part}`, textContent: text });
      option.append(words, " ");
    }
    return option;
  }

  function show(suggestions, text) {
    choose(null);
    list.replaceChildren(...suggestions.map(optionOf));
    const { none, one, some } = form.dataset;
    const count = suggestions.length;
    state.textContent = text.length < SHORTEST ? "" : count === 0 ? none : count === 1 ? one : some.replace("{count}", count);
    open(count > 0 && document.activeElement === input);
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
      const answer = await fetch(`${form.dataset.url}?q=${encodeURIComponent(text)}`, { signal: asked.signal });
      // Without suggestions the box still searches.
      show(answer.ok ? (await answer.json()).suggestions : [], answer.ok ? text : "");
    } catch (error) {
      if (error.name !== "AbortError") show([], "");
    }
  }

  function step(forward) {
    const options = [...list.children];
    if (!options.length) return;
    if (box.hidden) open(true);
    const at = options.indexOf(chosen) + (forward ? 1 : -1);
    // Beyond either end is the box itself.
    choose(chosen || forward ? options[at] : options.at(-1));
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event.key === "ArrowDown");
    else if (event.key === "Enter" && chosen) window.location.assign(chosen.dataset.url);
    else if (event.key === "Escape" && !box.hidden) open(false);
    else return;
    event.preventDefault();
  });
  input.addEventListener("focus", () => open(list.children.length > 0));
  input.addEventListener("blur", () => open(false));
  // The box keeps the focus while an option is pressed.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) window.location.assign(option.dataset.url);
  });
  // What was typed while this file was on its way.
  if (input.value !== input.defaultValue) find();
}
