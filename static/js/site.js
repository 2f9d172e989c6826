// What makes a page livelier and comes when the page itself is there; its fonts, where they are new; maps that come when they are near;
// clocks that show the time of the place, frames of other sites that load when somebody asks for them, and suggestions of the search.
(() => {
  const language = document.documentElement.lang;
  // After a breath, in which what was loaded is shown.
  const whenShown = (act) => {
    if (document.readyState === "complete") act();
    else window.addEventListener("load", () => setTimeout(act, 50));
  };

  // At the first visit a picture and words come first. From then on the line in the head shows the fonts at once.
  whenShown(() => {
    document.documentElement.classList.add("fonts");
    try { localStorage.setItem("fonts", "1"); } catch { /* Then they come after each page. */ }
  });

  const noteMissing = (image) => image.classList.add("is-missing");
  document.addEventListener("error", ({ target }) => { if (target instanceof HTMLImageElement) noteMissing(target); }, true);
  // Before this was there.
  for (const image of document.images) if (image.complete && image.getAttribute("src") && !image.naturalWidth) noteMissing(image);

  const clocks = [...document.querySelectorAll("[data-clock]")];
  const tick = () => {
    const now = new Date();
    for (const clock of clocks) {
      try {
        clock.textContent = now.toLocaleTimeString(language, { timeZone: clock.dataset.clock, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
        clock.dateTime = now.toISOString();
      } catch { /* A zone that this browser does not know keeps its name. */ }
    }
    // With the minute, not with the second in which the page was opened.
    setTimeout(tick, 60000 - (now.getTime() % 60000));
  };
  if (clocks.length) tick();

  document.addEventListener("click", (event) => {
    const frame = event.target.closest?.("[data-frame] a")?.closest("[data-frame]");
    if (!frame) return;
    event.preventDefault();
    const inside = document.createElement("iframe");
    inside.src = frame.dataset.frame;
    inside.title = frame.dataset.title;
    inside.allow = "fullscreen; encrypted-media; picture-in-picture";
    inside.referrerPolicy = "strict-origin-when-cross-origin";
    inside.sandbox = "allow-scripts allow-same-origin allow-popups allow-presentation";
    inside.style.aspectRatio = frame.dataset.ratio;
    frame.replaceChildren(inside);
    inside.focus();
  });

  // Whether something may be in the cart: pages where nothing else asks the server need not ask for it either.
  const cart = document.querySelector(".site-header__cart");
  const later = document.querySelector("template[data-later]");
  const mark = (isFull) => {
    try {
      if (isFull) localStorage.setItem("cart", "1");
      else localStorage.removeItem("cart");
    } catch { /* A browser that keeps nothing is asked about below. */ }
  };
  const mayBeFull = () => {
    try { return localStorage.getItem("cart") !== null; } catch { return true; }
  };
  // Where things are put into the cart or taken out of it, until the server has said what is in it.
  if (cart && !later) mark(true);
  document.addEventListener("cart-changed", () => mark(true));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === cart) mark(Boolean(cart.querySelector(".badge")));
  });

  if (later) {
    const wanted = document.querySelectorAll("[hx-get], [hx-post]").length > 1;
    const start = () => {
      if (!wanted && !mayBeFull()) return;
      const script = Object.assign(document.createElement("script"), { src: later.dataset.later });
      script.addEventListener("load", () => { if (mayBeFull()) window.htmx.trigger(document.body, "cart-changed"); });
      document.body.append(script);
    };
    whenShown(start);
  }

  whenShown(() => {
    for (const lively of document.querySelectorAll("[data-module]:not([data-map])")) import(lively.dataset.module);
  });

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        import(target.dataset.module);
      }
    },
    { rootMargin: "600px" },
  );
  const watchMaps = () => document.querySelectorAll("[data-map]").forEach((map) => near.observe(map));
  watchMaps();
  document.addEventListener("htmx:afterSwap", watchMaps);

  // What suggests comes when somebody enters the box, not with the page.
  for (const form of document.querySelectorAll("[data-search]")) {
    form.addEventListener("focusin", async () => (await import(form.dataset.script)).default(form), { once: true });
  }
})();
