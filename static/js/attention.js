// Says how much a rule would show with the values of its form, while they are changed.
const said = document.querySelector("[data-attention-count]");
const form = document.querySelector("main form:has([name=is_active])");

if (said && form) {
  let waiting = 0;
  let asked = 0;

  const ask = async () => {
    const mine = ++asked;
    const values = new FormData(form);
    values.delete("csrfmiddlewaretoken");
    const response = await fetch(`${said.dataset.attentionCount}?${new URLSearchParams(values)}`);
    // An answer that took longer than the next one is about values of before.
    if (response.ok && mine === asked) said.textContent = await response.text();
  };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 300);
  });
}
