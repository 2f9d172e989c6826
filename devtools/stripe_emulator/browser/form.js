const field = (id) => document.getElementById(id);

function values() {
  const [month = "", year = ""] = field("expiry").value.split("/").map((part) => part.trim());
  const card = { number: field("number").value.replace(/\s/g, ""), exp_month: month, exp_year: year, cvc: field("cvc").value };
  const complete = card.number.length >= 13 && month !== "" && year !== "" && card.cvc.length >= 3;
  return { card, complete };
}

field("expiry").addEventListener("input", (event) => {
  const digits = event.target.value.replace(/\D/g, "").slice(0, 4);
  if (event.inputType !== "deleteContentBackward" && digits.length >= 2) event.target.value = `${digits.slice(0, 2)} / ${digits.slice(2)}`;
});
document.addEventListener("input", () => parent.postMessage({ kind: "change", complete: values().complete }, "*"));
window.addEventListener("message", (event) => {
  if (event.source === parent && event.data.kind === "ask") parent.postMessage({ kind: "values", ...values() }, "*");
});
parent.postMessage({ kind: "height", height: document.documentElement.scrollHeight + 8 }, "*");
