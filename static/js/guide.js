// Finds names on the guide's page while they are typed, and says when a tap did not arrive. Everything works without this file.
const search = document.querySelector("#guide-search");
const people = document.querySelector("#people");
const offline = document.querySelector("[data-offline]");

// As the server does it (`folded` of the rules): small letters without accents.
const PLAIN = { ł: "l", ø: "o", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ı: "i", ß: "ss" };
const folded = (text) =>
  text.toLowerCase().replace(/[łøđðþæœıß]/g, (letter) => PLAIN[letter]).normalize("NFKD").replace(/\p{M}/gu, "");

function find() {
  const wanted = folded(search.value.trim());
  let found = 0;
  for (const party of people.querySelectorAll("[data-search]")) {
    party.hidden = !party.dataset.search.includes(wanted);
    found += party.hidden ? 0 : 1;
  }
  people.querySelector("[data-nobody]").hidden = found > 0;
}

document.querySelectorAll("[data-without-script]").forEach((element) => {
  element.hidden = true;
});
search.addEventListener("input", find);
document.querySelector("[data-search-form]").addEventListener("submit", (event) => {
  event.preventDefault();
  search.blur();
});

document.addEventListener("htmx:afterSwap", () => {
  offline.hidden = true;
  find();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  // Signed out meanwhile: the answer is another page, so that is where to go.
  if (new URL(event.detail.xhr.responseURL).pathname !== location.pathname) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
for (const problem of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(problem, () => {
    offline.hidden = false;
    offline.scrollIntoView({ block: "center" });
  });
}
