// While something is under way, the part of the page that says how far it has come is fetched again every few seconds.
const EVERY = 3000;

async function look() {
  const shown = document.getElementById("progress");
  if (!shown?.hasAttribute("data-running")) return;
  // Nobody's work is interrupted: a form or link that has the focus stays.
  if (!document.hidden && !shown.contains(document.activeElement)) {
    const answer = await fetch(window.location.href, { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("progress");
      if (fresh) shown.replaceWith(fresh);
    }
  }
  window.setTimeout(look, EVERY);
}

window.setTimeout(look, EVERY);
