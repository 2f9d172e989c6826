// Offers colleagues while somebody types @ and the beginning of a name. Without it names can be typed as well.
(() => {
  const list = document.createElement("ul");
  list.className = "mentions";
  list.id = "mentions";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  let field = null;
  let found = [];
  let chosen = 0;

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // The field that holds the names, of a text area or of an editor of rich text.
  const namesOf = (element) =>
    element?.matches?.("textarea[data-mentions]")
      ? element
      : element?.closest?.("[contenteditable=true]") && element.closest("[data-field-wrapper]")?.querySelector("input[data-mentions]");

  function typed() {
    if (field.matches("textarea")) return field.value.slice(0, field.selectionStart);
    const { anchorNode, anchorOffset, isCollapsed } = getSelection();
    return isCollapsed && anchorNode?.nodeType === Node.TEXT_NODE ? anchorNode.data.slice(0, anchorOffset) : "";
  }

  function close() {
    list.hidden = true;
    found = [];
    field?.removeAttribute("aria-activedescendant");
  }

  function draw() {
    list.replaceChildren(
      ...found.map((name, number) => {
        const item = document.createElement("li");
        Object.assign(item, { id: `mention-${number}`, textContent: name });
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", number === chosen);
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          pick(number);
        });
        return item;
      }),
    );
    field.setAttribute("aria-activedescendant", `mention-${chosen}`);
  }

  function look(element) {
    const names = namesOf(element);
    if (!names) return close();
    field = element;
    const match = /(?:^|[\s(])@([^\s@][^@\n]{0,40}|)$/u.exec(typed());
    found = match ? JSON.parse(names.dataset.mentions).filter((name) => plain(name).startsWith(plain(match[1]))).slice(0, 6) : [];
    // A whole name that was typed needs no offer.
    if (!found.length || (found.length === 1 && match[1] === found[0])) return close();
    chosen = 0;
    const box = names.closest("[data-field-wrapper]") ?? field.parentElement;
    if (list.parentElement !== box) box.append(list);
    list.setAttribute("aria-label", names.dataset.mentionsLabel);
    list.hidden = false;
    draw();
  }

  function pick(number) {
    const name = found[number];
    const before = typed();
    const start = before.lastIndexOf("@") + 1;
    if (field.matches("textarea")) {
      field.setRangeText(`${name} `, start, field.selectionStart, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      close();
      return;
    }
    const { anchorNode, anchorOffset } = getSelection();
    getSelection().setBaseAndExtent(anchorNode, start, anchorNode, anchorOffset);
    close();
    // The editor hears of what is selected a moment later.
    setTimeout(() => document.execCommand("insertText", false, `${name} `), 50);
  }

  document.addEventListener("input", (event) => look(event.target));
  document.addEventListener("keyup", (event) => {
    if (event.target.closest?.("[contenteditable=true]") && !/^(Arrow|Enter|Tab|Escape)/.test(event.key)) look(event.target);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === field) close();
  });
  addEventListener(
    "keydown",
    (event) => {
      if (list.hidden || event.target !== field || event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        chosen = (chosen + step + found.length) % found.length;
        draw();
      } else if (event.key === "Enter" || event.key === "Tab") pick(chosen);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
})();
