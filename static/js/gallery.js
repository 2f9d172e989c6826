// Pictures of a gallery, large, one after the other: by swiping, by keys or by buttons. Without this file each is a link to the large picture.
const words = (gallery, name) => gallery.dataset[name];

function button(className, label, sign, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `lightbox__button ${className}`;
  made.setAttribute("aria-label", label);
  made.textContent = sign;
  made.addEventListener("click", act);
  return made;
}

function slide(link) {
  const figure = document.createElement("figure");
  figure.className = "lightbox__slide";
  const picture = document.createElement("img");
  picture.src = link.href;
  picture.alt = link.querySelector("img").alt;
  picture.loading = "lazy";
  picture.width = link.dataset.width;
  picture.height = link.dataset.height;
  figure.append(picture);
  const caption = link.closest("figure").querySelector("figcaption");
  if (caption) figure.append(caption.cloneNode(true));
  return figure;
}

function open(gallery, links, start) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const dialog = document.createElement("dialog");
  dialog.className = "lightbox";
  dialog.setAttribute("aria-label", words(gallery, "label"));
  const strip = document.createElement("div");
  strip.className = "lightbox__strip";
  strip.tabIndex = 0;
  strip.append(...links.map(slide));
  const said = document.createElement("p");
  said.className = "lightbox__count";
  said.setAttribute("role", "status");
  let current = start;
  const go = (to, behavior) => {
    const shown = strip.children[to];
    if (shown) shown.scrollIntoView({ behavior, inline: "center", block: "nearest" });
  };
  const step = (by) => go(current + by, still ? "instant" : "smooth");
  const before = button("lightbox__before", words(gallery, "before"), "‹", () => step(-1));
  const after = button("lightbox__after", words(gallery, "after"), "›", () => step(1));
  const close = button("lightbox__close", words(gallery, "close"), "×", () => dialog.close());
  const tell = (to) => {
    current = to;
    said.textContent = `${current + 1} / ${links.length}`;
    before.setAttribute("aria-disabled", String(current === 0));
    after.setAttribute("aria-disabled", String(current === links.length - 1));
  };
  dialog.append(close, strip, before, after, said);
  if (links.length === 1) [before, after, said].forEach((part) => part.remove());
  const rightToLeft = document.documentElement.dir === "rtl" ? -1 : 1;
  dialog.addEventListener("keydown", (event) => {
    const by = { ArrowRight: rightToLeft, ArrowLeft: -rightToLeft }[event.key];
    if (!by) return;
    event.preventDefault();
    step(by);
  });
  // Outside of the picture is out of the dialog.
  strip.addEventListener("click", (event) => {
    if (event.target.localName !== "img" && !event.target.closest("figcaption")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    links[current].focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  go(start, "instant");
  tell(start);
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) tell([...strip.children].indexOf(entry.target));
    },
    { root: strip, threshold: 0.6 },
  );
  for (const shown of strip.children) seen.observe(shown);
  strip.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-gallery] a[data-width]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const gallery = link.closest("[data-gallery]");
  const links = [...gallery.querySelectorAll("a[data-width]")];
  open(gallery, links, links.indexOf(link));
});
